-- order: 60
-- title: 项目实施村
-- key: project_id village_code
-- columns: project-villages.project_id project-villages.village_code=实施村代码 village:divisions.name=实施村
SELECT v.*, d.name AS village
FROM {project-villages} v
LEFT JOIN {divisions} d ON d.division_code = v.village_code
ORDER BY v.project_id, v.village_code
