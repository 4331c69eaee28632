-- order: 80
-- title: 项目进度
-- key: project_id stage
-- columns: project-stages.project_id project-stages.stage project-stages.level project-stages.done_on
-- columns: unit:units.name=办理单位 project-stages.doc_no
SELECT s.*, u.name AS unit
FROM {project-stages} s
LEFT JOIN {units} u ON u.unit_code = s.by_unit
ORDER BY s.project_id, s.done_on, s.stage
