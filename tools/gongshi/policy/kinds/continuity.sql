-- kind: continuity
-- title: 连续
-- demands: 每一行从 from 到 to（为空算到当天）之间，另一张表的时段（other_from 到 other_to，为空算至今）要首尾相接，缺口不超过 at_most 天。
-- violates: 最长缺口超过 at_most 天的行；from 为空或晚于末日的不判。首尾同日或次日算接上。
-- details: actual wanted
-- param other: other required
-- param other_from: date(other) required
-- param other_to: date(other)
-- param from: date required
-- param to: date
-- param at_most: number = 0
-- needs: from
-- plans: 2 3 5 9 16
-- example: {kind: continuity, resource: households, from: identified_on, other: pairings, other_from: started_on, other_to: ended_on, at_most: 30}
WITH life AS (
  SELECT s._row, s.match_key, s.at_most, s."from" AS begins,
    CASE WHEN s."to" < {{day}} THEN s."to" ELSE {{day}} END AS ends
  FROM subject s),
spans AS (
  SELECT _row, begins - 1 AS a, begins - 1 AS b FROM life WHERE begins <= ends
  UNION ALL SELECT _row, ends + 1, ends + 1 FROM life WHERE begins <= ends
  UNION ALL SELECT l._row, greatest(o.other_from, l.begins), least(coalesce(o.other_to, l.ends), l.ends)
  FROM life l JOIN other o ON o.match_key = l.match_key
  WHERE l.begins <= l.ends AND o.other_from <= l.ends AND coalesce(o.other_to, l.ends) >= l.begins),
holes AS (
  SELECT _row, date_diff('day', max(b) OVER (
    PARTITION BY _row ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), a) - 1 AS days
  FROM spans),
longest AS (SELECT _row, max(days) AS days FROM holes GROUP BY _row)
SELECT l._row, g.days AS actual, l.at_most AS wanted
FROM life l JOIN longest g ON g._row = l._row WHERE g.days > l.at_most
