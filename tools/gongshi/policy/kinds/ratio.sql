-- kind: ratio
-- title: 比例
-- demands: 分子占分母的百分数不少于 at_least、不多于 at_most。分母是所选行数或 amount 之和；分子是其中符合 part 的行数或 amount（写了则 part_amount）之和；within 为 all 时分母是全部。
-- violates: 百分数不合的组，报在规则文件里；分母为 0、行数少于 at_group_rows 的组不判。
-- blames: group
-- details: actual wanted:at_least,at_most group
-- param part: terms
-- param part_amount: figure
-- param amount: figure
-- param by: group
-- param within: choice(group all)
-- param at_group_rows: whole = 1
-- param at_least: value:number
-- param at_most: value:number
-- one of: at_least at_most
-- one of: part part_amount by
-- needs: amount
-- plans: 5 10 13 19 22
-- example: {kind: ratio, resource: schools, part_amount: dropouts, amount: pupils, at_most: 2}
WITH counted AS (
  SELECT coalesce(s."by", '（空）') AS name, count(*) AS n,
    coalesce(sum(CASE WHEN NOT {{has part}} OR s.part THEN
      CASE WHEN {{has part_amount}} THEN s.part_amount WHEN {{has amount}} THEN s.amount ELSE 1 END END), 0) AS part,
    coalesce(sum(CASE WHEN {{has amount}} THEN s.amount ELSE 1 END), 0) AS whole
  FROM subject s GROUP BY ALL),
shares AS (
  SELECT name, n, 100.0 * part::DOUBLE / nullif(CASE WHEN {{within}} = 'all' THEN sum(whole) OVER () ELSE whole END, 0)::DOUBLE AS share
  FROM counted)
SELECT NULL::BIGINT AS _row, CASE WHEN {{has by}} THEN name ELSE '' END AS "group", round(share, 2) AS actual,
  coalesce(CASE WHEN share < {{at_least}} THEN {{at_least}} END, {{at_most}}) AS wanted
FROM shares
WHERE n >= {{at_group_rows}} AND (share < {{at_least}} - 1e-9 OR share > {{at_most}} + 1e-9)
