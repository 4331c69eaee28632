-- order: 120
-- title: 公示的项目
-- key: notice_id project_id
-- columns: notice-projects.notice_id notice-projects.project_id project:projects.name projects.budget_total notice-projects.frozen
SELECT n.*, p.name AS project, p.budget_total
FROM {notice-projects} n
JOIN {notices} g ON g.notice_id = n.notice_id AND g.withdrawn_on IS NULL
LEFT JOIN {projects} p ON p.project_id = n.project_id
ORDER BY n.notice_id, n.project_id
