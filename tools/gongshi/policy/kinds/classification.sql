-- kind: classification
-- title: 归类
-- demands: when 成立的行 then 也要成立，when 不成立的行 then 也不得成立（一高一低一无即贫困村）。
-- violates: 一个成立、另一个不成立的行；条件用到的值缺失时不判。
-- primary: then
-- param when: terms required
-- param then: terms required
-- plans: 1 16
-- example: {kind: classification, resource: villages, when: [{field: poverty_rate, more_than: 27}], then: [{field: village_class, is: 贫困村}]}
SELECT s._row FROM subject s WHERE s."when" <> s."then"
