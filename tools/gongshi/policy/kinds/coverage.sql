-- kind: coverage
-- title: 覆盖
-- demands: 每一行在另一张表里的对应行数（写了 distinct 则数不同的值）不少于 at_least、不多于 at_most、等于 exactly；互斥就是 at_most 0。
-- violates: 对应行数不合的行。写了 from、to 时只数 other_date 落在本行这两个日期之间的（to 为空算到当天）。
-- details: actual wanted:at_least,at_most,exactly
-- gathers: {{distinct}}
-- doubts: coalesce(s.gathered, 0) < s.at_least OR coalesce(s.gathered, 0) > s.at_most OR coalesce(s.gathered, 0) <> s.exactly
-- alone: from to
-- param other: other required
-- param distinct: counter
-- param other_date: date(other)
-- param from: date
-- param to: date
-- param at_least: number
-- param at_most: number
-- param exactly: number
-- one of: at_least at_most exactly
-- together: from other_date
-- together: to other_date
-- needs: at_least|at_most|exactly
-- plans: 1 2 4 5 7 13 16 19
-- example: {kind: coverage, resource: households, other: pairings, other_where: [{field: role, is: 帮扶责任人}], other_active: {from: started_on, to: ended_on}, at_least: 1}
WITH counted AS (
  SELECT s._row, {{distinct}} AS n
  FROM subject s JOIN other o ON o.match_key = s.match_key
  WHERE (s."from" IS NULL OR o.other_date >= s."from")
    AND (NOT {{has to}} OR o.other_date <= coalesce(s."to", {{day}}))
  GROUP BY s._row)
SELECT s._row, coalesce(c.n, 0) AS actual, coalesce(s.exactly, s.at_least, s.at_most) AS wanted
FROM subject s LEFT JOIN counted c ON c._row = s._row
WHERE coalesce(c.n, 0) < s.at_least OR coalesce(c.n, 0) > s.at_most OR coalesce(c.n, 0) <> s.exactly
