-- kind: graded
-- title: 分类标准
-- demands: 每一行的 amount 要合它的类别 by 在 table 里的标准：学段与补助、学段与年龄、档次与金额。
-- violates: amount 低于 at_least、高于 at_most、不等于 exactly（容差 tolerance）的行；表外的类别不判，unlisted 为 violates 时算违反；amount 缺失不判；写了 date_field 的，标准按记录自己的日期取；所属期内标准变了的，合其中一个就算合。
-- details: actual:amount wanted
-- primary: amount
-- columns: dated dated_from
-- param by: label required
-- param amount: figure required
-- param table: rows(value:labels at_least:number at_most:number exactly:number) required
-- param unlisted: choice(skip violates)
-- param tolerance: value:number = 0
-- needs: by amount
-- plans: 4 6 16 19 20 22
-- example: {kind: graded, resource: subsidies, where: [{field: benefit, is: 寄宿生生活补助}], by: member_no.enrolment, amount: standard, table: [{value: 小学, exactly: 1000}, {value: [七年级, 八年级, 九年级], exactly: 1250}]}
WITH grades AS ({{table}})
SELECT s._row, s.amount AS actual, CASE WHEN s.amount < g.at_least THEN g.at_least
    WHEN s.amount > g.at_most THEN g.at_most ELSE g.exactly END AS wanted
FROM subject s LEFT JOIN grades g ON g.value = s."by"
  AND (s.dated IS NULL OR coalesce(s.dated >= g.since, true) AND coalesce(s.dated < g.until, true))
WHERE (s.amount < g.at_least - {{tolerance}} OR s.amount > g.at_most + {{tolerance}}
    OR abs(s.amount - g.exactly) > {{tolerance}})
  AND NOT EXISTS (SELECT 1 FROM grades e WHERE e.value = s."by" AND s.dated_from < s.dated
    AND coalesce(s.dated >= e.since, true) AND coalesce(s.dated_from < e.until, true)
    AND NOT coalesce(s.amount < e.at_least - {{tolerance}} OR s.amount > e.at_most + {{tolerance}}
      OR abs(s.amount - e.exactly) > {{tolerance}}, false))
  OR ({{unlisted}} = 'violates' AND s."by" IS NOT NULL AND g.value IS NULL)
