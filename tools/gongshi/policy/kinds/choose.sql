-- kind: choose
-- title: 几选几
-- demands: among 各条件里成立的个数要等于 exactly、不少于 at_least、不多于 at_most；all_or_none 是全部成立或全不成立。
-- violates: 成立个数不合的行；比较的值缺失的条件算不成立。
-- primary: among
-- details: actual wanted:at_least,at_most,exactly
-- doubts: s.among < s.at_least OR s.among > s.at_most OR s.among <> s.exactly
-- doubts: OR ({{all_or_none}} AND s.among NOT IN (0, {{among_size}}))
-- param among: tally required
-- param exactly: number
-- param at_least: number
-- param at_most: number
-- param all_or_none: flag
-- one of: exactly at_least at_most all_or_none
-- needs: exactly|at_least|at_most
-- plans: 2 9 13 15 18 22
-- example: {kind: choose, resource: members, among: [{field: education, filled: 是}, {field: enrolment, filled: 是}], exactly: 1}
SELECT s._row, s.among AS actual, coalesce(s.exactly, s.at_least, s.at_most) AS wanted
FROM subject s
WHERE {{doubts}}
