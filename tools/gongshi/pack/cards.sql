-- What stands on a household's card and on a helper's list of visits (disclosure/cards.py).

-- name: home
SELECT h.*, d.name AS village, t.name AS town, t.division_code AS town_code
FROM households h
LEFT JOIN divisions d ON d.division_code = h.village_code
LEFT JOIN divisions t ON t.division_code = d.parent_code
WHERE h.household_no = ?

-- name: homes
SELECT household_no, group_name FROM households WHERE village_code = ?

-- name: heads
SELECT household_no, member_no FROM members WHERE relation = '户主' AND life_status NOT IN (?, ?) ORDER BY member_no DESC

-- name: helper
SELECT h.name, u.name, h.left_on FROM helpers h LEFT JOIN units u USING (unit_code) WHERE helper_no = ?

-- name: visits
SELECT h.household_no, h.population, h.household_class, h.poverty_status, h.group_name, d.name AS village,
  t.name AS town, t.division_code AS town_code, h.village_code, p.role,
  max(c.contacted_on) FILTER (c.contacted_on <= $2) AS last,
  count(c.contacted_on) FILTER (year(c.contacted_on) = year($2::DATE)) AS count
FROM pairings p
JOIN households h USING (household_no)
LEFT JOIN contacts c USING (pairing_id)
LEFT JOIN divisions d ON d.division_code = h.village_code
LEFT JOIN divisions t ON t.division_code = d.parent_code
WHERE p.helper_no = $1 AND p.started_on <= $2 AND (p.ended_on IS NULL OR p.ended_on > $2)
GROUP BY ALL

-- name: watched
SELECT category, identified_on, risk_1 FROM monitoring WHERE household_no = ? AND removed_on IS NULL ORDER BY 2

-- name: events
SELECT DISTINCT occurred_on, event FROM (
  SELECT household_no, occurred_on, event, case_id FROM "status-events"
  UNION SELECT m.household_no, m.started_on, k.begun_by, m.case_id FROM memberships m JOIN "membership-kinds" k USING (kind)
    WHERE k.begun_by IS NOT NULL AND k.poverty_status IS NOT NULL
  UNION SELECT household_no, identified_on, '纳入监测', case_id FROM monitoring
  UNION SELECT household_no, removed_on, '风险消除', removal_case FROM monitoring WHERE removed_on IS NOT NULL)
WHERE household_no = ? AND occurred_on IS NOT NULL ORDER BY 1, 2

-- name: helpers
SELECT coalesce(h.name, ''), p.role, coalesce(u.name, ''), coalesce(u.office_phone, '')
FROM pairings p
LEFT JOIN helpers h USING (helper_no)
LEFT JOIN units u ON u.unit_code = coalesce(h.unit_code, p.unit_code)
WHERE p.household_no = ? AND p.started_on <= ? AND (p.ended_on IS NULL OR p.ended_on > ?)
ORDER BY p.started_on, p.pairing_id

-- name: paid
SELECT s.paid_on, s.benefit, s.period, s.amount, s.member_no, m.relation
FROM subsidies s
LEFT JOIN members m ON m.member_no = s.member_no
WHERE s.household_no = ? AND year(s.paid_on) = ? AND s.amount IS NOT NULL
ORDER BY s.paid_on, s.subsidy_id

-- name: helped
SELECT m.item, count(DISTINCT m.member_no), min(m.started_on), coalesce(min(u.name), '')
FROM measures m
LEFT JOIN units u ON u.unit_code = m.provider_unit
WHERE m.household_no = ? AND m.item IS NOT NULL AND m.started_on <= ? AND (m.ended_on IS NULL OR m.ended_on > ?)
GROUP BY m.item, m.provider_unit
ORDER BY 3 DESC, 1

-- name: ground
SELECT s.event, s.occurred_on, c.case_id, c.doc_no
FROM (
  SELECT household_no, occurred_on, event, case_id FROM "status-events"
  UNION SELECT m.household_no, m.started_on, k.begun_by, m.case_id FROM memberships m JOIN "membership-kinds" k USING (kind)
    WHERE k.begun_by IS NOT NULL AND k.poverty_status IS NOT NULL
  UNION SELECT household_no, identified_on, '纳入监测', case_id FROM monitoring
  UNION SELECT household_no, removed_on, '风险消除', removal_case FROM monitoring WHERE removed_on IS NOT NULL) s
JOIN cases c USING (case_id)
WHERE s.household_no = ?
ORDER BY s.occurred_on DESC, s.event
LIMIT 1

-- name: steps
SELECT s.step, s.attendees, s.votes_for, n.starts_on, n.ends_on, n.place, n.result
FROM "case-steps" s
LEFT JOIN notices n USING (notice_id)
WHERE s.case_id = ? AND (s.votes_for IS NOT NULL OR n.notice_id IS NOT NULL)
ORDER BY s.step_no

-- name: office
SELECT name, office_phone FROM units
WHERE division_code = ? AND unit_kind = '乡镇政府' AND office_phone IS NOT NULL
ORDER BY unit_code
LIMIT 1

-- name: county
SELECT name, office, office_phone, hotline FROM county
