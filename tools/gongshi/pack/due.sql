-- What is due, and which notices are owed (verbs/due.py, verbs/owing.py).

-- name: done-steps
SELECT case_id, step, CAST(done_on AS VARCHAR) FROM "case-steps" WHERE done_on IS NOT NULL

-- name: open-cases
SELECT case_id, procedure, village_code, opened_on FROM cases WHERE closed_on IS NULL

-- name: homes-of-pairings
SELECT pairing_id, household_no, ended_on FROM pairings

-- name: acceptances
SELECT p.project_id, p.name, p.township_code, max(s.done_on) FILTER (s.stage = '竣工'), count(*) FILTER (s.stage = '乡镇初检')
FROM projects p
JOIN "project-stages" s USING (project_id)
WHERE p.project_id NOT IN (SELECT project_id FROM payments WHERE payment_stage = '直补' AND project_id IS NOT NULL)
GROUP BY ALL
HAVING any_value(p.accepted_on) IS NULL AND count(*) FILTER (s.stage = '竣工') > 0 AND count(*) FILTER (s.stage = '县级验收') = 0

-- name: clues
SELECT c.clue_id, c.household_no, c.clue_kind, c.verify_by, u.name, h.village_code
FROM clues c
LEFT JOIN units u ON u.unit_code = c.source_unit
LEFT JOIN households h USING (household_no)
WHERE c.verified_on IS NULL AND c.verify_by IS NOT NULL AND h.poverty_status IS DISTINCT FROM '已销号'

-- name: names-of-divisions
SELECT division_code, name FROM divisions

-- name: folders
SELECT slug FROM divisions WHERE slug IS NOT NULL

-- name: cases
SELECT case_id, procedure, village_code FROM cases

-- name: unposted-steps
SELECT case_id, CAST(step_no AS VARCHAR), step FROM "case-steps" WHERE notice_id IS NULL

-- name: steps-of-open-cases
SELECT c.case_id, c.procedure, s.step, CAST(s.done_on AS VARCHAR)
FROM cases c
LEFT JOIN "case-steps" s ON s.case_id = c.case_id AND s.done_on IS NOT NULL
WHERE c.closed_on IS NULL
ORDER BY ALL

-- name: notices-of-case
SELECT count(*) FROM notices WHERE notice_kind = ? AND case_id = ? AND withdrawn_on IS NULL

-- name: unposted-changes
SELECT count(*) FROM "project-changes" WHERE project_id = ? AND changed_on = ? AND notice_id IS NULL

-- name: only-village
SELECT min(village_code) FROM "project-villages" WHERE project_id = ? HAVING count(*) = 1

-- name: township
SELECT township_code FROM projects WHERE project_id = ?

-- name: owner
SELECT owner_unit FROM projects WHERE project_id = ?

-- name: county
SELECT county_code FROM county

-- name: document-of-money
SELECT doc_no, (SELECT county_code FROM county) FROM allocations WHERE allocation_id = ?

-- name: villages-of-payment
SELECT h.village_code, s.benefit FROM subsidies s JOIN households h USING (household_no) WHERE s.payment_id = ? GROUP BY ALL

-- name: unit-of-division
SELECT min(unit_code) FROM units WHERE division_code = ?
