-- order: 90
-- title: 项目调整
-- key: project_id changed_on
-- columns: project-changes.project_id project-changes.changed_on project-changes.change_kind
-- columns: project-changes.amount_before project-changes.amount_after project-changes.doc_no project-changes.notice_id
SELECT * FROM {project-changes} ORDER BY project_id, changed_on
