-- order: 180
-- title: 督查检查
-- key: inspection_id
-- columns: inspections.inspection_id inspections.inspection_kind inspections.title unit:units.name=检查单位
-- columns: scope:divisions.name=检查范围 inspections.started_on inspections.finished_on inspections.funds_checked
-- columns: inspections.homes_visited inspections.sites_seen inspections.score %inspections.sample_size
-- columns: %inspections.satisfaction inspections.report_doc #findings:inspection-findings.finding_no=发现问题
-- columns: #settled:inspection-findings.closed_on=已销号问题
SELECT i.*, u.name AS unit, d.name AS scope, coalesce(f.findings, 0) AS findings,
  coalesce(f.settled, 0) AS settled
FROM {inspections} i
LEFT JOIN {units} u ON u.unit_code = i.by_unit
LEFT JOIN {divisions} d ON d.division_code = i.division_code
LEFT JOIN (SELECT inspection_id, count(*) AS findings, count(closed_on) AS settled
  FROM {inspection-findings} GROUP BY ALL) f ON f.inspection_id = i.inspection_id
ORDER BY i.started_on DESC, i.inspection_id DESC
