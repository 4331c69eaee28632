-- Calendar periods as running numbers, so that "how many whole months" is a subtraction.
-- term: February to July, August to January; school_year: August to July; week: from Monday.
CREATE OR REPLACE MACRO rules.week_no(d) AS date_diff('day', DATE '1900-01-01', d) // 7;
CREATE OR REPLACE MACRO rules.month_no(d) AS year(d) * 12 + month(d) - 1;
CREATE OR REPLACE MACRO rules.quarter_no(d) AS year(d) * 4 + quarter(d) - 1;
CREATE OR REPLACE MACRO rules.half_year_no(d) AS year(d) * 2 + (month(d) > 6)::INT;
CREATE OR REPLACE MACRO rules.term_no(d) AS year(d - INTERVAL 1 MONTH) * 2 + (month(d - INTERVAL 1 MONTH) > 6)::INT;
CREATE OR REPLACE MACRO rules.school_year_no(d) AS year(d - INTERVAL 7 MONTH);
CREATE OR REPLACE MACRO rules.year_no(d) AS year(d);

CREATE OR REPLACE MACRO rules.week_from(n) AS DATE '1900-01-01' + (n * 7)::INT;
CREATE OR REPLACE MACRO rules.month_from(n) AS make_date(n // 12, n % 12 + 1, 1);
CREATE OR REPLACE MACRO rules.quarter_from(n) AS make_date(n // 4, n % 4 * 3 + 1, 1);
CREATE OR REPLACE MACRO rules.half_year_from(n) AS make_date(n // 2, n % 2 * 6 + 1, 1);
CREATE OR REPLACE MACRO rules.term_from(n) AS (make_date(n // 2, n % 2 * 6 + 1, 1) + INTERVAL 1 MONTH)::DATE;
CREATE OR REPLACE MACRO rules.school_year_from(n) AS make_date(n, 8, 1);
CREATE OR REPLACE MACRO rules.year_from(n) AS make_date(n, 1, 1);

-- The first day of what a cell of the kind 2020, 2020-Q2, 2020-S1, 2020-05 or 2020-05-31 names; NULL for anything else.
CREATE OR REPLACE MACRO rules.period_start(t) AS CASE
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}') THEN make_date(t::INT, 1, 1)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-Q[1-4]') THEN make_date(t[1:4]::INT, t[7:7]::INT * 3 - 2, 1)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-S[12]') THEN make_date(t[1:4]::INT, CASE t[7:7] WHEN '1' THEN 2 ELSE 9 END, 1)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-(0[1-9]|1[0-2])') THEN make_date(t[1:4]::INT, t[6:7]::INT, 1)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-9]{2}') THEN try_cast(t AS DATE) END;

-- The last day of such a period. An autumn term counts to the end of its year, a spring term to July.
CREATE OR REPLACE MACRO rules.period_end(t) AS CASE
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}') THEN make_date(t::INT, 12, 31)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-Q[1-4]') THEN last_day(make_date(t[1:4]::INT, t[7:7]::INT * 3, 1))
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-S1') THEN make_date(t[1:4]::INT, 7, 31)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-S2') THEN make_date(t[1:4]::INT, 12, 31)
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-(0[1-9]|1[0-2])') THEN last_day(make_date(t[1:4]::INT, t[6:7]::INT, 1))
  WHEN regexp_full_match(t, '(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-9]{2}') THEN try_cast(t AS DATE) END;

-- The running number of a year and month; NULL for anything else.
CREATE OR REPLACE MACRO rules.months(t) AS CASE
  WHEN regexp_full_match(t, '(18|19|20|21)[0-9]{2}-(0[1-9]|1[0-2])') THEN t[1:4]::INT * 12 + t[6:7]::INT - 1 END;

-- 18 digits of an identity number whose last one is the check digit of ISO 7064 MOD 11-2.
CREATE OR REPLACE MACRO rules.id_ok(t) AS coalesce(regexp_full_match(t, '[1-9][0-9]{16}[0-9X]')
  AND t[18:18] = '10X98765432'[1 + list_sum(list_transform(range(17), lambda i: TRY_CAST(t[i + 1:i + 1] AS INT) * (2 ** (17 - i))::BIGINT)) % 11:][1:1],
  false);
