-- kind: gap
-- title: 间隔
-- demands: 每一行从 from 到 to（为空算到当天），另一张表的 other_date 前后两次、from 到第一次、最后一次到末日，相隔都不超过 at_most 天。
-- violates: 最长间隔超过 at_most 天的行；from 为空或晚于当天的不判。
-- details: actual wanted:at_most
-- param other: other required
-- param other_date: date(other) required
-- param from: date required
-- param to: date
-- param at_most: number required
-- plans: 5 8 9 16
-- example: {kind: gap, resource: pairings, other: contacts, other_date: contacted_on, from: started_on, to: ended_on, at_most: 45}
WITH life AS (
  SELECT s._row, s.match_key, s.at_most, s."from" AS begins,
    CASE WHEN s."to" < {{day}} THEN s."to" ELSE {{day}} END AS ends
  FROM subject s WHERE s."from" <= {{day}}),
points AS (
  SELECT _row, begins AS point FROM life
  UNION ALL SELECT _row, ends FROM life
  UNION ALL SELECT l._row, o.other_date
  FROM life l JOIN other o ON o.match_key = l.match_key AND o.other_date BETWEEN l.begins AND l.ends),
gaps AS (SELECT _row, date_diff('day', lag(point) OVER (PARTITION BY _row ORDER BY point), point) AS days FROM points),
longest AS (SELECT _row, max(days) AS days FROM gaps GROUP BY _row)
SELECT l._row, g.days AS actual, l.at_most AS wanted
FROM life l JOIN longest g ON g._row = l._row WHERE g.days > l.at_most
