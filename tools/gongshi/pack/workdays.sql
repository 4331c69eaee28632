-- reads: calendar(calendar_date, day_kind)
-- Each day from the first to the last of the years $1 and $2, whether it is a working day, and how many there are up to it.
WITH days AS (SELECT unnest(generate_series(make_date($1, 1, 1), make_date($2, 12, 31), INTERVAL 1 DAY))::DATE AS d),
marked AS (
  SELECT d, CASE coalesce(max(c.day_kind), '') WHEN '放假' THEN false WHEN '上班' THEN true ELSE isodow(d) < 6 END AS work
  FROM days LEFT JOIN calendar c ON c.calendar_date = d GROUP BY d)
SELECT d, work, sum(work::INT) OVER (ORDER BY d) FROM marked
