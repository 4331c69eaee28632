-- kind: total
-- title: 总数
-- demands: 所选各行的行数、amount 之和或不同值个数（measure），全部合计或按 by 分组，要等于 exactly、不少于 at_least、不多于 at_most；totals 给各组的数。
-- violates: 数不合的组，报在规则文件里；totals 列出而没有行的组算 0。
-- blames: group
-- details: actual wanted group
-- doubts: false
-- fails: abs(coalesce({{aggregate}}, 0) - {{exactly}}) > {{tolerance}} OR coalesce({{aggregate}}, 0) < {{at_least}} - {{tolerance}}
-- fails: OR coalesce({{aggregate}}, 0) > {{at_most}} + {{tolerance}}
-- alone: by totals
-- param by: group
-- param measure: aggregate(amount)
-- param amount: path
-- param exactly: value:number
-- param at_least: value:number
-- param at_most: value:number
-- param totals: rows(value:text exactly:number at_least:number at_most:number)
-- param tolerance: value:number = 0
-- one of: exactly at_least at_most totals
-- together: totals by
-- plans: 1 2 5 7 9 13 16 19 22
-- example: {kind: total, resource: households, by: household_class, totals: [{value: 扶贫户, exactly: 2909}, {value: 五保户, exactly: 768}]}
WITH measured AS (SELECT coalesce(s."by", '（空）') AS name, {{aggregate}} AS n FROM subject s GROUP BY ALL),
listed AS ({{totals}}),
groups AS (
  SELECT value AS name, exactly, at_least, at_most FROM listed
  UNION ALL SELECT name, {{exactly}}, {{at_least}}, {{at_most}} FROM measured WHERE {{has by}} AND NOT {{has totals}}
  UNION ALL SELECT '', {{exactly}}, {{at_least}}, {{at_most}} WHERE NOT {{has by}})
SELECT NULL::BIGINT AS _row, g.name AS "group", coalesce(m.n, 0) AS actual,
  coalesce(g.exactly, g.at_least, g.at_most) AS wanted
FROM groups g LEFT JOIN measured m ON m.name = g.name
WHERE abs(coalesce(m.n, 0) - g.exactly) > {{tolerance}} OR coalesce(m.n, 0) < g.at_least - {{tolerance}}
  OR coalesce(m.n, 0) > g.at_most + {{tolerance}}
