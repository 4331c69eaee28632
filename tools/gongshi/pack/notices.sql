-- Notices, their lists and sheets, and what they are about (disclosure/notices.py, linking.py, posted.py, sheets.py).

-- name: listed
SELECT n.*, d.name AS scope
FROM notices n
LEFT JOIN divisions d ON d.division_code = n.division_code
ORDER BY n.starts_on DESC, n.notice_id DESC

-- name: committed
SELECT commitment FROM "notice-commitments" WHERE notice_id = ? ORDER BY page

-- name: commitments
SELECT notice_id, commitment FROM "notice-commitments" ORDER BY notice_id, page

-- name: calendar
SELECT calendar_date, day_kind FROM calendar WHERE calendar_date IS NOT NULL

-- name: division
SELECT name FROM divisions WHERE division_code = ? LIMIT 1

-- name: folder
SELECT slug FROM divisions WHERE division_code = ?

-- name: unit
SELECT name, office_phone FROM units WHERE unit_code = ?

-- name: last
SELECT max(notice_id) FROM notices WHERE notice_id SIMILAR TO ?

-- name: project
SELECT * FROM projects WHERE project_id = ?

-- name: objected
SELECT count(*), count(answered_on) FROM "notice-objections" WHERE notice_id = ?

-- name: objections
SELECT objection_no, answered_on FROM "notice-objections"
WHERE notice_id = ? AND raised_on = ? AND topic = ?
ORDER BY objection_no

-- name: unlinked-step
SELECT step_no FROM "case-steps" WHERE case_id = ? AND step = ? AND notice_id IS NULL ORDER BY step_no LIMIT 1

-- name: unlinked-change
SELECT changed_on, change_kind FROM "project-changes" WHERE project_id = ? AND notice_id IS NULL ORDER BY changed_on LIMIT 1

-- name: county
SELECT * FROM county

-- name: projects
SELECT p.name, coalesce(string_agg(d.name, '、' ORDER BY d.division_code), ''), p.content, p.budget_total
FROM "notice-projects" n
JOIN projects p USING (project_id)
LEFT JOIN "project-villages" v USING (project_id)
LEFT JOIN divisions d ON d.division_code = v.village_code
WHERE n.notice_id = ?
GROUP BY ALL
ORDER BY p.name

-- name: money
SELECT name, programme, doc_no, amount FROM allocations WHERE doc_no = ? ORDER BY allocation_id

-- name: sheet-of-case
SELECT h.household_no, h.village_code, h.group_name, h.population, m.member_no, '' AS benefit, NULL AS amount
FROM "case-households" c
JOIN households h ON h.household_no = c.household_no
LEFT JOIN (SELECT household_no, min(member_no) AS member_no FROM members
  WHERE relation = '户主' AND life_status IN ('正常', '转入') GROUP BY ALL) m ON m.household_no = h.household_no
WHERE c.case_id = ?

-- name: sheet-of-payment
SELECT h.household_no, h.village_code, h.group_name, h.population, m.member_no, s.benefit, sum(s.amount) AS amount
FROM subsidies s
JOIN households h ON h.household_no = s.household_no
LEFT JOIN (SELECT household_no, min(member_no) AS member_no FROM members
  WHERE relation = '户主' AND life_status IN ('正常', '转入') GROUP BY ALL) m ON m.household_no = h.household_no
WHERE s.payment_id = ?
GROUP BY ALL

-- name: proof-place
SELECT max(proof_place) FROM county
