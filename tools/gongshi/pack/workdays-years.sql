-- reads: calendar(calendar_date)
-- The first and the last of the longest run of years that the calendar has.
WITH years AS (
  SELECT DISTINCT year(calendar_date) AS y FROM calendar WHERE calendar_date BETWEEN DATE '1990-01-01' AND DATE '2200-12-31'),
runs AS (SELECT y, y - row_number() OVER (ORDER BY y) AS run FROM years)
SELECT min(y), max(y) FROM runs GROUP BY run ORDER BY count(*) DESC, max(y) DESC LIMIT 1
