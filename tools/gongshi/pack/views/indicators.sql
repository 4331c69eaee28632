-- order: 230
-- title: 目标和完成
-- key: subject indicator period
-- unit: unit
-- columns: indicators.subject indicators.indicator indicators.period indicators.target ?indicators.actual
-- columns: indicators.unit indicators.basis
-- note: Counts of households and persons for the county alone: a township's or village's could give withheld counts back.
SELECT i.*
FROM {indicators} i
WHERE NOT regexp_matches(i.unit, '$heads')
  OR i.subject IN (SELECT division_code FROM {divisions} WHERE level = '县')
ORDER BY i.subject, i.indicator, i.period
