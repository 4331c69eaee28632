-- order: 110
-- title: 公示公告
-- key: notice_id
-- columns: notices.notice_id notices.notice_kind notices.title notices.division_code=公示范围代码 scope:divisions.name=公示范围
-- columns: scope_level:divisions.level=范围级别 notices.place notices.starts_on notices.ends_on
-- columns: publisher:units.name=公示单位 publisher_phone:units.office_phone=受理电话 project_count:notices.items=公示项目数 notices.doc_no
-- columns: notices.result notices.closed_on #objections:notice-objections.topic=收到异议
-- columns: #answered:notice-objections.answered_on=已答复异议
-- note: Without the number of households of a list: a village's total less its exits would be a small count that the table of
-- note: people withholds. Households are counted there, once, with everything that may be worked out from them considered.
SELECT n.*, d.name AS scope, d.level AS scope_level, u.name AS publisher,
  u.office_phone AS publisher_phone, coalesce(o.objections, 0) AS objections, coalesce(o.answered, 0) AS answered,
  CASE WHEN n.notice_kind IN ($open) THEN n.items END AS project_count
FROM {notices} n
LEFT JOIN {divisions} d ON d.division_code = n.division_code
LEFT JOIN {units} u ON u.unit_code = n.publisher_unit
LEFT JOIN (SELECT notice_id, count(*) AS objections, count(answered_on) AS answered
  FROM {notice-objections} GROUP BY notice_id) o ON o.notice_id = n.notice_id
WHERE n.withdrawn_on IS NULL
ORDER BY n.starts_on DESC, n.notice_id DESC
