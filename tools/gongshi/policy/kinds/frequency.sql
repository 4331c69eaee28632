-- kind: frequency
-- title: 频次与最低投入
-- demands: 每一行在每个完整的期（per）里，另一张表的对应行数、不同日数或 sum 字段的合计，不少于 at_least、不多于 at_most、等于 exactly。
-- violates: 有一期以上不合的行。只判整个落在 from 与 to（为空算到当天）之间的期；last 只判到当天为止最近的几期。
-- details: missed actual wanted:at_least,at_most,exactly
-- param other: other required
-- param other_date: date(other) required
-- param per: choice(week month quarter half_year term year school_year) required
-- param count: choice(rows days)
-- param sum: figure(other)
-- param from: date
-- param to: date
-- param last: whole
-- param at_least: number
-- param at_most: number
-- param exactly: number
-- one of: at_least at_most exactly
-- one of: from last
-- needs: from at_least|at_most|exactly
-- plans: 1 4 5 9 10 12 16 18 20 22
-- example: {kind: frequency, resource: pairings, other: contacts, other_date: contacted_on, from: started_on, to: ended_on, per: month, at_least: 1, last: 3}
WITH life AS (
  SELECT s._row, s.match_key, s.at_least, s.at_most, s.exactly, greatest(s."from", (SELECT d FROM rules.beginning)) AS begins,
    CASE WHEN s."to" < {{day}} THEN s."to" ELSE {{day}} END AS ends
  FROM subject s WHERE s."from" IS NOT NULL OR NOT {{has from}}),
span AS (
  SELECT *, greatest(
      rules.{{per_word}}_no(begins) + (rules.{{per_word}}_from(rules.{{per_word}}_no(begins)) < begins)::INT,
      rules.{{per_word}}_no({{day}} + 1) - {{last}}) AS first_no,
    rules.{{per_word}}_no(ends + 1) - 1 AS last_no
  FROM life),
judged AS (SELECT * FROM span WHERE first_no <= last_no),
seen AS (
  SELECT match_key, rules.{{per_word}}_no(other_date) AS period_no,
    {{counted}} AS n
  FROM other SEMI JOIN judged USING (match_key)
  WHERE NOT {{has last}} OR rules.{{per_word}}_no(other_date) >= rules.{{per_word}}_no({{day}} + 1) - {{last}}
  GROUP BY ALL),
kept AS (
  SELECT j._row, count(*) AS touched,
    count(*) FILTER (coalesce(n >= at_least, true) AND coalesce(n <= at_most, true) AND coalesce(n = exactly, true)) AS met
  FROM judged j JOIN seen o ON o.match_key = j.match_key AND o.period_no BETWEEN j.first_no AND j.last_no
  GROUP BY j._row),
tally AS (
  SELECT j._row, j.at_least, j.at_most, j.exactly, j.last_no - j.first_no + 1 AS periods,
    coalesce(k.met, 0) + CASE WHEN coalesce(at_least <= 0, true) AND coalesce(exactly = 0, true)
      THEN j.last_no - j.first_no + 1 - coalesce(k.touched, 0) ELSE 0 END AS met
  FROM judged j LEFT JOIN kept k ON k._row = j._row)
SELECT _row, periods - met AS missed, met AS actual, coalesce(exactly, at_least, at_most) AS wanted
FROM tally WHERE met < periods
