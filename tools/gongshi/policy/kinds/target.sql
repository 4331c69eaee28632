-- kind: target
-- title: 目标
-- demands: 到 due（不写则立即）起，每一行的 amount 不少于 at_least、不多于 at_most、等于 exactly；所选的行不少于 expect 行。
-- violates: 没有达到的行（到期而 amount 为空也算）；行数不够时报在规则文件里。目标值缺失的不判。
-- blames: count
-- details: actual:amount wanted:at_least,at_most,exactly
-- primary: amount
-- doubts: coalesce({{day}} >= {{due}}, true) AND coalesce(s.exactly, s.at_least, s.at_most) IS NOT NULL
-- doubts: AND (s.amount IS NULL OR s.amount < s.at_least OR s.amount > s.at_most OR s.amount <> s.exactly)
-- fails: count(*) < {{expect}} AND coalesce({{day}} >= {{due}}, true)
-- param amount: figure required
-- param at_least: number
-- param at_most: number
-- param exactly: number
-- param due: value:date
-- param expect: whole = 1
-- one of: at_least at_most exactly
-- needs: at_least|at_most|exactly
-- plans: 1 2 3 5 13 16 19 22
-- example: {kind: target, resource: indicators, where: [{field: indicator, is: 义务教育巩固率}], amount: actual, at_least: 97, due: 2020-01-31}
SELECT s._row, s.amount AS actual, coalesce(s.exactly, s.at_least, s.at_most) AS wanted
FROM subject s
WHERE {{doubts}}
UNION ALL
SELECT NULL, count(*), {{expect}} FROM subject HAVING count(*) < {{expect}} AND coalesce({{day}} >= {{due}}, true)
