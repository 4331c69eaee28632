-- kind: condition
-- title: 条件
-- demands: 所选的每一行都要满足 demand 的全部条件。where 与 demand 合起来就是“若……则……”；子集不大于全集也用它。
-- violates: demand 不成立的行；要比较的值缺失也算不成立。
-- primary: demand
-- doubts: s.demand IS NOT TRUE
-- param demand: terms required
-- plans: 1 2 5 7 9 13 15 16 20 21 22
-- example: {kind: condition, resource: households, where: [{field: household_class, is: 五保户}], demand: [{field: fact.labourers, at_most: 0}]}
SELECT s._row, {{hollow}} AS hollow FROM subject s WHERE {{doubts}}
