-- reads: status-events(household_no, occurred_on, event)
-- What a household's events say of it; of several on one day the later step counts.
SELECT household_no, arg_max(status, (occurred_on, place)) AS poverty_status,
  year(max(occurred_on) FILTER (event = '脱贫')) AS exit_year,
  year(max(occurred_on) FILTER (event = '返贫')) AS return_year,
  min(occurred_on) FILTER (event = '识别') AS identified_on
FROM (
  SELECT household_no, occurred_on, event,
    CASE event WHEN '识别' THEN '未脱贫' WHEN '预脱贫' THEN '预脱贫' WHEN '脱贫' THEN '已脱贫' WHEN '返贫' THEN '返贫'
      WHEN '核减' THEN '已销号' WHEN '并户' THEN '已销号' WHEN '迁出' THEN '已销号' END AS status,
    CASE event WHEN '识别' THEN 0 WHEN '预脱贫' THEN 1 WHEN '脱贫' THEN 2 WHEN '返贫' THEN 3 ELSE 4 END AS place
  FROM "status-events")
WHERE status IS NOT NULL GROUP BY ALL
