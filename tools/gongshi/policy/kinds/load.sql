-- kind: load
-- title: 负担
-- demands: 每一行（帮扶人）在另一张表里的对应行数要合本行类别 by 的限额 limits，如县处级 3 户、科级 2 户、一般干部 1 户。
-- violates: 对应行数不合限额的行；不在 limits 里的类别不判，一行也没有对应的只在 idle 时判。
-- details: actual wanted
-- param other: other required
-- param distinct: counter
-- param by: label required
-- param limits: rows(value:labels at_least:number at_most:number exactly:number) required
-- param idle: flag
-- needs: by
-- plans: 1 5 9 19
-- example: {kind: load, resource: helpers, by: helper_rank, limits: [{value: 县处级, exactly: 3}, {value: 乡科级, exactly: 2}], other: pairings, other_active: {from: started_on, to: ended_on}}
WITH limits AS ({{limits}}),
counted AS (
  SELECT s._row, {{distinct}} AS n FROM subject s JOIN other o ON o.match_key = s.match_key GROUP BY s._row)
SELECT s._row, coalesce(c.n, 0) AS actual, coalesce(l.exactly, l.at_least, l.at_most) AS wanted
FROM subject s JOIN limits l ON l.value = s."by" LEFT JOIN counted c ON c._row = s._row
WHERE (c.n IS NOT NULL OR {{idle}})
  AND (coalesce(c.n, 0) < l.at_least OR coalesce(c.n, 0) > l.at_most OR coalesce(c.n, 0) <> l.exactly)
