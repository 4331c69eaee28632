-- kind: quotient
-- title: 商
-- demands: dividend 除以 divisor 要等于 result：人均收入是纯收入除以人口。
-- violates: 相差超过 tolerance 或 divisor 是 0 的行；有一项缺失不判。
-- details: actual:result wanted:dividend,divisor
-- primary: result
-- doubts: abs(s.dividend::DOUBLE / s.divisor - s.result::DOUBLE) > {{tolerance}}
-- param dividend: figure required
-- param divisor: figure required
-- param result: figure required
-- param tolerance: value:number = 0.05
-- needs: dividend divisor result
-- plans: 9 13 21
-- example: {kind: quotient, resource: incomes, dividend: net_income, divisor: population, result: per_capita}
SELECT s._row, s.result AS actual, s.dividend::DOUBLE / nullif(s.divisor, 0) AS wanted
FROM subject s
WHERE {{doubts}}
