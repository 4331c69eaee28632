-- reads: payments(payment_id, project_id, paid_on, payment_stage, amount)
-- reads: projects(project_id, name)
SELECT p.payment_id, j.name, concat(p.paid_on, ' ', p.payment_stage, ' ', p.amount, ' 元')
FROM payments p
LEFT JOIN projects j USING (project_id)
