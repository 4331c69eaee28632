-- kind: combination
-- title: 组合
-- demands: 同一 holder（写了 per 则在同一期）的各 item 两两对照 matrix：禁止的不得同享，封顶的两项合计不超过 cap。
-- violates: 禁止的组合里后登记的一行，或超过封顶的组合里后登记的一行；没列出的组合允许；写了 date_field 的，封顶按记录自己的日期取（所属期内变了的取高的），那天没有封顶数的组合不判。
-- primary: item
-- columns: dated dated_from
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
    sum(s.amount) AS total, min(coalesce(s.dated_from, s.dated)) AS a, max(s.dated) AS b
  FROM subject s WHERE s.holder IS NOT NULL AND s.item IN (SELECT first FROM pairs UNION SELECT second FROM pairs)
  GROUP BY ALL),
met AS (
  SELECT greatest(a._row, b._row) AS _row, p.first, p.second, p.verdict, p.cap,
    CASE WHEN p.first = p.second THEN a.total ELSE a.total + b.total END AS total
  FROM pairs p JOIN held a ON a.item = p.first
    JOIN held b ON b.item = p.second AND b.holder = a.holder AND b.per = a.per
  WHERE (p.first <> p.second OR a.n > 1 OR p.verdict = 'capped')
    AND coalesce(p.since <= greatest(a.b, b.b), p.since IS NULL) AND coalesce(p.until > least(a.a, b.a), p.until IS NULL)),
judged AS (
  SELECT _row, verdict = 'capped' AND bool_or(cap IS NULL) AS lapsed, max(cap) AS cap, any_value(total) AS total, verdict
  FROM met WHERE verdict IN ('forbidden', 'capped') GROUP BY _row, first, second, verdict)
SELECT _row, bool_and(lapsed) AS lapsed FROM judged
WHERE verdict = 'forbidden' OR lapsed OR total > cap
GROUP BY _row
