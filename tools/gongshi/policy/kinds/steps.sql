-- kind: steps
-- title: 步骤
-- demands: 每一行（案卷、项目）在另一张表里的各步要按 steps 的次序做，不缺前面的步，层级相符；与已做的前一步相隔合 min_days、max_days、max_workdays；due 是当年（year）该月日之前。
-- violates: 有一步缺漏、颠倒、层级不符、天数不合或逾期的行。finished 成立的行各步须齐全，optional 的除外。
-- details: step actual
-- param other: other required
-- param name: label(other) required
-- param done: date(other) required
-- param level: label(other)
-- param year: figure
-- param finished: terms
-- param steps: rows(name:text! also:text level:text min_days:number max_days:number max_workdays:number due:monthday optional:flag) required
-- plans: 1 2 5 13 15 16
-- example: {kind: steps, resource: cases, where: [{field: procedure, is: 退出}], other: case-steps, name: step, done: done_on, steps: [{name: 民主评议}, {name: 村级核实}, {name: 村内公示}, {name: 乡镇审核, min_days: 7}]}
WITH plan AS ({{steps}}),
done AS (
  SELECT s._row, p.no, min(o.done) AS done, arg_min(o.level, o.done) AS held_at
  FROM subject s JOIN other o ON o.match_key = s.match_key JOIN plan p ON o.name IN (p.name, p.also) GROUP BY ALL),
grid AS (
  SELECT s._row, s.finished, p.*, d.done, d.held_at,
    CASE WHEN p.due IS NOT NULL AND s."year" BETWEEN 1900 AND 2200
      THEN try_cast(s."year"::INT || '-' || p.due AS DATE) END AS due_on
  FROM subject s CROSS JOIN plan p LEFT JOIN done d ON d._row = s._row AND d.no = p.no),
placed AS (
  SELECT *, max(CASE WHEN done IS NOT NULL THEN no END) OVER (PARTITION BY _row) AS reached,
    max(done) OVER (PARTITION BY _row ORDER BY no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM grid),
timed AS (
  SELECT p.*, date_diff('day', p.before, p.done) AS days, w2.n - w1.n AS workdays,
    p.max_workdays IS NOT NULL AND p.before IS NOT NULL AND p.done IS NOT NULL AND (w1.n IS NULL OR w2.n IS NULL) AS beyond
  FROM placed p LEFT JOIN rules.workday w1 ON w1.d = p.before LEFT JOIN rules.workday w2 ON w2.d = p.done),
wrong AS (
  SELECT _row, no, name, days, beyond FROM timed
  WHERE beyond OR (done IS NULL AND NOT optional AND (coalesce(finished, false) OR no < reached))
    OR done < before OR (done IS NOT NULL AND held_at <> level)
    OR days < min_days OR days > max_days OR workdays > max_workdays
    OR done > due_on OR (done IS NULL AND NOT optional AND {{day}} > due_on))
SELECT _row, arg_min(name, no) AS step, arg_min(days, no) AS actual, bool_and(beyond) AS beyond FROM wrong GROUP BY _row
