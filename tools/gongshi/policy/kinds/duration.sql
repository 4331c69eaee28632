-- kind: duration
-- title: 先后与期限
-- demands: 从 from 到 to 相隔的天数（工作日、月、年）不少于 at_least、不多于 at_most；先后是 at_least 0，首尾都算写 inclusive，to 为空算到当天写 open。
-- violates: 相隔不合的行；from 或 to 为空不判，require 时算违反；open 时还没结束的只判 at_most。
-- details: actual wanted:at_least,at_most
-- primary: to
-- doubts: {{unit}} <> 'day' OR ({{require}} AND (s."from" IS NULL OR coalesce(s."to", CASE WHEN {{open}} THEN {{day}} END) IS NULL))
-- doubts: OR date_diff('day', s."from", coalesce(s."to", CASE WHEN {{open}} THEN {{day}} END) + {{inclusive}}::INT) > s.at_most
-- doubts: OR date_diff('day', s."from", s."to" + {{inclusive}}::INT) < s.at_least
-- param from: date required
-- param to: date
-- param unit: choice(day workday month year)
-- param at_least: number
-- param at_most: number
-- param inclusive: flag
-- param open: flag
-- param require: flag
-- one of: at_least at_most
-- one of: to open
-- needs: from:require to:open,require at_least|at_most
-- plans: 2 3 4 5 9 16 19 20
-- example: {kind: duration, resource: payments, where: [{field: payment_stage, is: 结算款}], from: project_id.accepted_on, to: paid_on, at_least: 0, require: 是}
WITH ends AS (
  SELECT s._row, s.at_least, s.at_most, s."from" AS a, s."to" IS NULL AS running,
    CASE WHEN s."to" IS NOT NULL THEN s."to" WHEN {{open}} THEN {{day}} END + {{inclusive}}::INT AS b
  FROM subject s),
measured AS (
  SELECT e.*, CASE {{unit}} WHEN 'day' THEN date_diff('day', a, b) WHEN 'month' THEN date_sub('month', a, b)
      WHEN 'year' THEN date_sub('year', a, b) ELSE wb.n - wa.n END AS n,
    CASE {{unit}} WHEN 'month' THEN 1 WHEN 'year' THEN 12 END AS months,
    {{unit}} = 'workday' AND a IS NOT NULL AND b IS NOT NULL AND (wa.n IS NULL OR wb.n IS NULL) AS beyond
  FROM ends e
    LEFT JOIN rules.workday wa ON {{unit}} = 'workday' AND wa.d = e.a
    LEFT JOIN rules.workday wb ON {{unit}} = 'workday' AND wb.d = e.b)
SELECT _row, n AS actual, coalesce(CASE WHEN n > at_most OR at_least IS NULL THEN at_most END, at_least) AS wanted, beyond
FROM measured
WHERE beyond OR ({{require}} AND (a IS NULL OR b IS NULL))
  OR (months IS NULL AND (n > at_most OR (NOT running AND n < at_least)))
  OR b > (a + to_months((at_most * months)::INT))::DATE
  OR (NOT running AND b < (a + to_months((at_least * months)::INT))::DATE)
