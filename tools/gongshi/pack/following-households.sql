-- reads: status-events(household_no, occurred_on, event)
-- reads: memberships(household_no, member_no, kind, started_on, ended_on)
-- reads: membership-kinds(kind, poverty_status, begun_by)
-- What a household's events and memberships say of it; of several on one day the later step counts, and what ended without another
-- that begins is over. `told` is whether anything but memberships says it: else nothing has to be written of the years.
SELECT household_no, arg_max(status, (occurred_on, place)) AS poverty_status,
  year(max(occurred_on) FILTER (event = '脱贫')) AS exit_year,
  year(max(occurred_on) FILTER (event = '返贫')) AS return_year,
  min(occurred_on) FILTER (event = '识别') AS identified_on, bool_or(told) AS told
FROM (
  SELECT household_no, occurred_on, event, told,
    CASE event WHEN '识别' THEN '未脱贫' WHEN '预脱贫' THEN '预脱贫' WHEN '脱贫' THEN '已脱贫' WHEN '返贫' THEN '返贫'
      WHEN '核减' THEN '已销号' WHEN '并户' THEN '已销号' WHEN '迁出' THEN '已销号' WHEN '' THEN '已销号' END AS status,
    CASE event WHEN '' THEN -1 WHEN '识别' THEN 0 WHEN '预脱贫' THEN 1 WHEN '脱贫' THEN 2 WHEN '返贫' THEN 3 ELSE 4 END AS place
  FROM (
    SELECT household_no, occurred_on, event, true AS told FROM "status-events"
    UNION ALL SELECT household_no, started_on, begun_by, false FROM memberships JOIN "membership-kinds" USING (kind)
      WHERE poverty_status IS NOT NULL AND begun_by IS NOT NULL AND member_no IS NULL
    UNION ALL SELECT household_no, ended_on, '', false FROM memberships JOIN "membership-kinds" USING (kind)
      WHERE poverty_status IS NOT NULL AND ended_on IS NOT NULL AND member_no IS NULL))
WHERE status IS NOT NULL GROUP BY ALL
