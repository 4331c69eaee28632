-- What the figures about people are counted from, and how their places and groups are called (disclosure/counting.py, made.py,
-- changed.py). A table in braces is read with its public or counted columns alone (disclosure/views.py).

-- name: places
SELECT division_code, level, parent_code FROM {divisions} WHERE level IN ('县', '乡镇', '村')
ORDER BY list_position(['县', '乡镇', '村'], level), division_code

-- name: money
SELECT coalesce(h.village_code, ''), b.benefit, year(b.paid_on), b.household_no, sum(b.amount), min(b.amount)
FROM {subsidies} b LEFT JOIN {households} h ON h.household_no = b.household_no
WHERE b.paid_on <= $day GROUP BY ALL

-- name: villages
SELECT village, benefit, year, list(household_no) FILTER (amount <> 0), sum(amount), min(least), bool_or(least IS NULL)
FROM (
  SELECT coalesce(h.village_code, '') AS village, b.benefit AS benefit, year(b.paid_on) AS year,
    b.household_no AS household_no, sum(b.amount) AS amount, min(b.amount) AS least
  FROM {subsidies} b LEFT JOIN {households} h ON h.household_no = b.household_no
  WHERE b.paid_on <= $day GROUP BY ALL)
GROUP BY ALL

-- name: parts
SELECT b.benefit, year(b.paid_on), b.household_no, count(DISTINCT coalesce(b.member_no, '')), list(DISTINCT b.amount)
FROM {subsidies} b WHERE b.paid_on <= $day GROUP BY ALL

-- name: projects
SELECT p.project_id, p.allocation_id, b.benefit, year(b.paid_on), count(DISTINCT b.household_no), sum(b.amount)
FROM {subsidies} b JOIN {payments} p ON p.payment_id = b.payment_id
WHERE b.paid_on <= $day GROUP BY ALL

-- name: own
SELECT p.project_id, coalesce(h.village_code, ''), b.benefit, year(b.paid_on), sum(b.amount)
FROM {subsidies} b JOIN {payments} p ON p.payment_id = b.payment_id JOIN {households} h ON h.household_no = b.household_no
WHERE b.paid_on <= $day GROUP BY ALL ORDER BY ALL

-- name: pupils
SELECT coalesce(m.school_code, '其他'), coalesce(s.school_level, ''), b.benefit || '/' || b.period, b.member_no,
  sum(b.amount)
FROM {subsidies} b JOIN {members} m ON m.member_no = b.member_no
LEFT JOIN {schools} s ON s.school_code = m.school_code WHERE b.paid_on <= $day GROUP BY ALL

-- name: terms
SELECT DISTINCT benefit || '/' || period, benefit, year(paid_on) FROM {subsidies} WHERE paid_on <= $day

-- name: named-places
SELECT division_code, name, level, slug, valid_to IS NULL AS current FROM {divisions}
WHERE level IN ('县', '乡镇', '村')
ORDER BY list_position(['县', '乡镇', '村'], level), division_code

-- name: named-schools
SELECT school_code, name FROM {schools}

-- name: named-projects
SELECT project_id, name FROM {projects}

-- name: names
SELECT unit_code, name FROM {units} UNION ALL SELECT division_code, name FROM {divisions}

-- name: figures
SELECT period, figure, place, item, measure, value FROM {figures} ORDER BY ALL
