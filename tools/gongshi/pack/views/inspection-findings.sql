-- order: 190
-- title: 检查发现的问题
-- key: inspection_id finding_no
-- columns: inspection-findings.inspection_id inspection-findings.finding_no inspection-findings.finding_type
-- columns: inspection-findings.project_id project:projects.name=涉及项目名称 unit:units.name=责任单位
-- columns: inspection-findings.amount inspection-findings.recovered inspection-findings.cause
-- columns: inspection-findings.due_on inspection-findings.rectified_on inspection-findings.accountability
-- columns: inspection-findings.closed_on
SELECT f.*, p.name AS project, u.name AS unit
FROM {inspection-findings} f
LEFT JOIN {projects} p ON p.project_id = f.project_id
LEFT JOIN {units} u ON u.unit_code = f.liable_unit
ORDER BY f.inspection_id DESC, f.finding_no
