-- kind: change
-- title: 与上次发布相比
-- demands: 所选各行的行数、amount 之和或不同值个数，比上次发布的增加不超过 at_most_rise、减少不超过 at_most_fall（百分数）。
-- violates: 变动过大的组，报在规则文件里；没有上次、上次为 0 的不判。
-- blames: group
-- details: actual wanted:at_most_rise,at_most_fall group
-- base: SELECT coalesce(s."by", '') AS name, {{aggregate}} AS value FROM subject s GROUP BY ALL
-- param by: group
-- param measure: aggregate(amount)
-- param amount: path
-- param at_most_rise: value:number
-- param at_most_fall: value:number
-- one of: at_most_rise at_most_fall
-- plans: 1 2
-- example: {kind: change, resource: households, by: village_code, at_most_rise: 10, at_most_fall: 10}
WITH now AS (SELECT coalesce(s."by", '') AS name, {{aggregate}} AS n FROM subject s GROUP BY ALL),
moved AS (
  SELECT b.name, 100.0 * (coalesce(n.n, 0)::DOUBLE - b.value::DOUBLE) / nullif(b.value::DOUBLE, 0) AS change
  FROM base b LEFT JOIN now n ON n.name = b.name)
SELECT NULL::BIGINT AS _row, name AS "group", round(change, 2) AS actual,
  CASE WHEN change > 0 THEN {{at_most_rise}} ELSE {{at_most_fall}} END AS wanted
FROM moved WHERE change > {{at_most_rise}} OR -change > {{at_most_fall}}
