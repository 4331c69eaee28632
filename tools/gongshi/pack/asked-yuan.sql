-- For SQLite. From the money that was allocated over the project's budget and the payment to whom it went.
-- reads: allocations(allocation_id, name, doc_no)
-- reads: projects(project_id, name)
-- reads: project-budget(project_id, allocation_id, amount)
-- reads: subsidies(payment_id, amount)
-- reads: payments(payment_id, allocation_id, project_id, paid_on, amount, payee_unit)
WITH
  fund AS (SELECT allocation_id, name, doc_no, max(rowid) FROM allocations GROUP BY allocation_id),
  project AS (SELECT project_id, name, max(rowid) FROM projects GROUP BY project_id),
  planned AS (SELECT allocation_id, project_id, added(rowid, amount) AS amount FROM "project-budget" GROUP BY 1, 2),
  reached AS (SELECT payment_id, count(*) AS persons, added(rowid, amount) AS amount FROM subsidies GROUP BY 1)
SELECT p.allocation_id, coalesce(f.name, ''), coalesce(f.doc_no, ''), p.project_id, coalesce(j.name, ''),
  cents(coalesce(b.amount, 0.0)), p.payment_id, p.paid_on, number(p.amount), p.payee_unit,
  coalesce(r.persons, 0), cents(coalesce(r.amount, 0))
FROM payments p
LEFT JOIN fund f USING (allocation_id)
LEFT JOIN project j USING (project_id)
LEFT JOIN planned b ON b.allocation_id = p.allocation_id AND b.project_id = p.project_id
LEFT JOIN reached r ON r.payment_id = p.payment_id
ORDER BY p.rowid
