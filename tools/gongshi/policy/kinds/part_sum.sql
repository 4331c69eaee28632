-- kind: part_sum
-- title: 分项之和
-- demands: total 要等于各项之和，或不大于（at_most）、不小于（at_least）它；各项是本行的 parts 字段，或另一张表对应行的 amount。
-- violates: 相差超过 tolerance 的行；parts 有缺失不判（blank_is_zero 时缺的算 0），另一张表没有对应行算 0。
-- details: actual:total wanted:parts,amount
-- primary: total
-- gathers: sum(o.amount)
-- doubts: ({{compare}} = 'equal' AND abs(s.total - CASE WHEN {{has parts}} THEN s.parts ELSE coalesce(s.gathered, 0) END) > {{tolerance}})
-- doubts: OR ({{compare}} = 'at_most' AND s.total > CASE WHEN {{has parts}} THEN s.parts ELSE coalesce(s.gathered, 0) END + {{tolerance}})
-- doubts: OR ({{compare}} = 'at_least' AND s.total < CASE WHEN {{has parts}} THEN s.parts ELSE coalesce(s.gathered, 0) END - {{tolerance}})
-- param total: figure required
-- param parts: sum
-- param other: other
-- param amount: figure(other)
-- param compare: choice(equal at_most at_least)
-- param tolerance: value:number = 0.05
-- param blank_is_zero: flag
-- one of: parts other
-- together: other amount
-- together: blank_is_zero parts
-- needs: total
-- plans: 5 7 9 13 19 22
-- example: {kind: part_sum, resource: projects, total: budget_total, other: project-budget, amount: amount}
WITH counted AS (SELECT match_key, sum(amount) AS n FROM other GROUP BY match_key),
sums AS (
  SELECT s._row, s.total, CASE WHEN {{has parts}} THEN s.parts ELSE coalesce(c.n, 0) END AS parts
  FROM subject s LEFT JOIN counted c ON c.match_key = s.match_key)
SELECT _row, total AS actual, parts AS wanted
FROM sums
WHERE ({{compare}} = 'equal' AND abs(total - parts) > {{tolerance}})
  OR ({{compare}} = 'at_most' AND total > parts + {{tolerance}})
  OR ({{compare}} = 'at_least' AND total < parts - {{tolerance}})
