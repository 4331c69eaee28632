-- kind: response
-- title: 应对
-- demands: 每一行（触发）在另一张表里要有不少于 at_least 行应对；写了 date 则应对的 other_date 不早于它（可早 early_days 天），并在期限之内；写了 map 则应对的 answer 要对得上触发内容 trigger。
-- violates: 期限已过（没有期限则立即）而应对不足的行；trigger 不在 map 里的不判。
-- details: actual wanted
-- param other: other required
-- param date: date
-- param other_date: date(other)
-- param trigger: label
-- param answer: label(other)
-- param map: answers
-- param at_least: whole = 1
-- param within_days: whole
-- param within_months: whole
-- param within_workdays: whole
-- param early_days: whole = 0
-- together: trigger map answer
-- together: date other_date
-- together: within_days date
-- together: within_months date
-- together: within_workdays date
-- needs: date trigger
-- plans: 1 5 6 13 16 22
-- example: {kind: response, resource: monitoring, date: identified_on, trigger: risk_1, map: [{value: 因学, in: [教育帮扶, 义务教育保障]}], other: measures, match: {household_no: household_no}, other_date: started_on, answer: category, within_months: 6}
WITH answers AS ({{map}}),
workdays AS (SELECT n, min(d) AS d FROM rules.workday WHERE work GROUP BY n),
asked AS (
  SELECT s.*, least(s.date + {{within_days}}::INT, (s.date + to_months({{within_months}}::INT))::DATE, e.d) AS due,
    {{has within_workdays}} AND s.date IS NOT NULL AND e.d IS NULL AS beyond
  FROM subject s
    LEFT JOIN rules.workday w ON {{has within_workdays}} AND w.d = s.date
    LEFT JOIN workdays e ON e.n = w.n + {{within_workdays}}
  WHERE NOT {{has map}} OR s.trigger IN (SELECT value FROM answers)),
hits AS (
  SELECT s._row, count(DISTINCT o._row) AS n
  FROM asked s JOIN other o ON o.match_key = s.match_key LEFT JOIN answers m ON m.value = s.trigger AND m.answer = o.answer
  WHERE (NOT {{has map}} OR m.value IS NOT NULL)
    AND (NOT {{has date}} OR (o.other_date >= s.date - {{early_days}}::INT AND coalesce(o.other_date <= s.due, true)))
  GROUP BY s._row)
SELECT s._row, coalesce(h.n, 0) AS actual, {{at_least}} AS wanted, s.beyond
FROM asked s LEFT JOIN hits h ON h._row = s._row
WHERE s.beyond OR (coalesce(h.n, 0) < {{at_least}} AND coalesce(s.due < {{day}}, true))
