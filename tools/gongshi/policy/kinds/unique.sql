-- kind: unique
-- title: 不重复
-- demands: 所选各行的 key 不得重复；each 时各字段分别不得重复（一一对应）；写了 across 时，只有 across 不同的才算重复。
-- violates: 重复的第二行起；key 有空的不判。
-- details: actual
-- param key: keys required
-- param each: flag
-- param across: path
-- plans: 2 5 6 18
-- example: {kind: unique, resource: subsidies, key: [household_no, member_no, benefit, period]}
WITH parts AS (
  SELECT s._row, s.across::VARCHAR AS across, unnest(s."key") AS value, unnest(range(len(s."key"))) AS place FROM subject s),
suspects AS (SELECT place, hash(value) AS hashed FROM parts WHERE value IS NOT NULL GROUP BY ALL HAVING count(*) > 1),
repeated AS (
  SELECT place, value, count(*) AS n, min(_row) AS first, arg_min(across, _row) AS first_across
  FROM parts SEMI JOIN suspects ON suspects.place = parts.place AND suspects.hashed = hash(value)
  WHERE value IS NOT NULL AND (across IS NOT NULL OR NOT {{has across}})
  GROUP BY ALL HAVING count(*) > 1)
SELECT p._row, max(r.n) AS actual
FROM parts p JOIN repeated r ON r.place = p.place AND r.value = p.value
WHERE p._row > r.first AND (NOT {{has across}} OR p.across <> r.first_across)
GROUP BY p._row
