-- For SQLite. The same person or payee out of several programmes for one period or project; a person also twice out of one.
-- reads: allocations(allocation_id, programme)
-- reads: subsidies(subsidy_id, household_no, member_no, benefit, period, amount)
-- reads: payments(payment_id, payee_unit, allocation_id, project_id, amount)
WITH
  fund AS (SELECT allocation_id, programme, max(rowid) FROM allocations GROUP BY allocation_id),
  item AS (
    SELECT '人或户' AS kind, iif(member_no = '', household_no, member_no) AS who, period AS what, benefit AS name,
      subsidy_id AS number, amount, rowid AS place
    FROM subsidies
    UNION ALL
    SELECT '收款单位', p.payee_unit, p.project_id, coalesce(f.programme, ''), p.payment_id, p.amount, p.rowid
    FROM payments p LEFT JOIN fund f USING (allocation_id)
    WHERE p.payee_unit <> '')
SELECT kind, who, what, words(place, name), count(*), added(place, amount), numbers(place, number)
FROM item
GROUP BY kind, who, what
HAVING count(DISTINCT name) > 1 OR kind = '人或户' AND count(*) > 1
ORDER BY kind, who, what
