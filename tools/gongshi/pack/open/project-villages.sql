-- reads: project-villages(project_id)
-- reads: projects(project_id, quantity_unit)
-- note: Not of projects for so many people in several villages: who knows the villages knows that six households in six are one each.
project_id NOT IN (SELECT v.project_id FROM "project-villages" v JOIN "projects" p ON p.project_id = v.project_id
  WHERE regexp_matches(p.quantity_unit, '$heads') GROUP BY v.project_id HAVING count(*) > 1)
