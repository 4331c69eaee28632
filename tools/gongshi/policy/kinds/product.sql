-- kind: product
-- title: 乘积
-- demands: factors 各项之积要与 result 相等，或 result 不大于（at_most）、不小于（at_least）它：单价乘数量、每天标准乘天数。
-- violates: 相差超过 tolerance 的行；有一项缺失不判。
-- details: actual:result wanted:factors
-- primary: result
-- doubts: ({{compare}} = 'equal' AND abs(s.result - s.factors) > {{tolerance}})
-- doubts: OR ({{compare}} = 'at_most' AND s.result > s.factors + {{tolerance}})
-- doubts: OR ({{compare}} = 'at_least' AND s.result < s.factors - {{tolerance}})
-- param factors: product required
-- param result: figure required
-- param compare: choice(equal at_most at_least)
-- param tolerance: value:number = 0.05
-- needs: factors result
-- plans: 5 6 7 19 21 22
-- example: {kind: product, resource: projects, where: [{field: unit_price, filled: 是}], factors: [quantity, unit_price], result: budget_total, compare: at_most}
SELECT s._row, s.result AS actual, s.factors AS wanted
FROM subject s
WHERE {{doubts}}
