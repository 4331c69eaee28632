-- kind: no_overlap
-- title: 时段不重叠
-- demands: key 相同的各行，from 到 to（为空算至今）的时段不得重叠；首尾同日可以。
-- violates: 与前面的行重叠的后一行；from 或 key 为空不判。
-- details: actual
-- primary: from
-- param key: keys required
-- param from: date required
-- param to: date
-- needs: from
-- plans: 5 9
-- example: {kind: no_overlap, resource: pairings, where: [{field: role, is: 第一书记}], key: [village_code], from: started_on, to: ended_on}
WITH spans AS (
  SELECT s._row, s."from" AS a, coalesce(s."to", DATE '9999-12-31') AS b, max(coalesce(s."to", DATE '9999-12-31')) OVER (
    PARTITION BY s."key"[1] ORDER BY s."from", s._row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM subject s WHERE s."key"[1] IS NOT NULL AND s."from" IS NOT NULL)
SELECT _row, date_diff('day', a, least(before, b, {{day}})) AS actual FROM spans WHERE before > a
