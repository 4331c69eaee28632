-- order: 70
-- title: 项目预算
-- key: project_id line_no
-- columns: project-budget.project_id project-budget.line_no project-budget.source_level project-budget.allocation_id
-- columns: allocation:allocations.name project-budget.amount
SELECT b.*, a.name AS allocation
FROM {project-budget} b
LEFT JOIN {allocations} a ON a.allocation_id = b.allocation_id
ORDER BY b.project_id, b.line_no
