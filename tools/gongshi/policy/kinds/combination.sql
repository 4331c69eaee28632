-- kind: combination
-- title: 组合
-- demands: 同一 holder（写了 per 则在同一期）的各 item 两两对照 matrix：禁止的不得同享，封顶的两项合计不超过 cap。
-- violates: 禁止的组合里后登记的一行，或超过封顶的组合里后登记的一行；没列出的组合允许。
-- primary: item
-- param item: label required
-- param holder: path required
-- param per: path
-- param amount: figure
-- param matrix: matrix(item) required
-- needs: holder item
-- plans: 2 4 5 19
-- example: {kind: combination, resource: subsidies, item: benefit, holder: household_no, per: period, amount: amount, matrix: double-aid}
WITH pairs AS ({{matrix}}),
held AS (
  SELECT s.holder::VARCHAR AS holder, coalesce(s.per::VARCHAR, '') AS per, s.item, max(s._row) AS _row, count(*) AS n,
    sum(s.amount) AS total
  FROM subject s WHERE s.holder IS NOT NULL AND s.item IN (SELECT first FROM pairs UNION SELECT second FROM pairs)
  GROUP BY ALL)
SELECT DISTINCT greatest(a._row, b._row) AS _row
FROM pairs p JOIN held a ON a.item = p.first
  JOIN held b ON b.item = p.second AND b.holder = a.holder AND b.per = a.per
WHERE (p.verdict = 'forbidden' AND (p.first <> p.second OR a.n > 1))
  OR (p.verdict = 'capped' AND CASE WHEN p.first = p.second THEN a.total ELSE a.total + b.total END > p.cap)
