-- kind: windows
-- title: 定期活动
-- demands: 每年在每个时段（windows，月日到月日，可跨年）里，所选的行按 date 至少有 at_least 行。
-- violates: 行数不够的时段，报在规则文件里。只判 since 之后开始、到当天已经结束的时段。
-- blames: group
-- details: period actual wanted
-- param date: date required
-- param windows: rows(name:text! from:monthday! to:monthday!) required
-- param since: value:date required
-- param at_least: whole = 1
-- plans: 4 5 20
-- example: {kind: windows, resource: ledgers, where: [{field: ledger, is: 社会捐赠}], date: entered_on, windows: [{name: 三月捐助, from: 03-01, to: 03-31}], since: 2018-01-01}
WITH windows AS ({{windows}}),
since AS (SELECT greatest({{since}}, (SELECT d FROM rules.beginning)) AS d),
years AS (SELECT unnest(range(year((SELECT d FROM since)), year({{day}}) + 1)) AS y),
slots AS (
  SELECT y || '年' || name AS period, try_cast(y || '-' || "from" AS DATE) AS a,
    try_cast(y + ("to" < "from")::INT || '-' || "to" AS DATE) AS b
  FROM windows CROSS JOIN years)
SELECT NULL::BIGINT AS _row, t.period AS "group", t.period, count(s._row) AS actual, {{at_least}} AS wanted
FROM slots t LEFT JOIN subject s ON s.date BETWEEN t.a AND t.b
WHERE t.a >= (SELECT d FROM since) AND t.b <= {{day}}
GROUP BY t.period HAVING count(s._row) < {{at_least}}
