-- order: 40
-- title: 资金下达
-- key: allocation_id
-- columns: allocations.allocation_id allocations.name allocations.year allocations.source_level allocations.programme
-- columns: allocations.amount budgeted:project-budget.amount=已安排到项目 +paid:payments.amount=已支付
-- columns: allocations.doc_no allocations.received_on allocations.published_on user:units.name=使用单位
SELECT a.*, u.name AS user,
  (SELECT sum(b.amount) FROM {project-budget} b WHERE b.allocation_id = a.allocation_id) AS budgeted,
  (SELECT sum(p.amount) FROM {payments} p WHERE p.allocation_id = a.allocation_id) AS paid
FROM {allocations} a
LEFT JOIN {units} u ON u.unit_code = a.using_unit
ORDER BY a.year DESC, a.allocation_id
