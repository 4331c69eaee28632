-- reads: projects(project_id, name, year, stage)
SELECT project_id, name, concat_ws(' ', year, stage)
FROM projects
