-- reads: cases(case_id, procedure, opened_on, result, village_code)
-- reads: divisions(division_code, name)
SELECT c.case_id, concat(d.name, c.procedure), concat_ws(' ', c.opened_on, c.result)
FROM cases c
LEFT JOIN divisions d ON d.division_code = c.village_code
