-- kind: fill_rate
-- title: 填报率
-- demands: 所选各行里 fields 各字段填了的占应填的百分数，合计或按 by 分组，不少于 at_least。
-- violates: 填报率不够的组，报在规则文件里。
-- blames: group
-- details: actual wanted:at_least group
-- param fields: filled required
-- param by: group
-- param at_least: value:number required
-- plans: 1 2 16 20
-- example: {kind: fill_rate, resource: villages, fields: [hard_road, power, broadband], at_least: 95}
WITH shares AS (
  SELECT CASE WHEN {{has by}} THEN coalesce(s."by", '（空）') ELSE '' END AS name,
    100.0 * sum(s.fields) / (count(*) * {{fields_size}}) AS share
  FROM subject s GROUP BY ALL)
SELECT NULL::BIGINT AS _row, name AS "group", round(share, 2) AS actual, {{at_least}} AS wanted
FROM shares WHERE share < {{at_least}}
