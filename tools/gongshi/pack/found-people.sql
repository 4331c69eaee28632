-- Households, then their members, the head first; told apart by village, group, size and year of birth.
-- reads: households(household_no, village_code, group_name, population)
-- reads: members(member_no, household_no, relation, birth_ym)
-- reads: divisions(division_code, name)
SELECT h.household_no, d.name, h.group_name, h.population, m.member_no, m.relation, left(m.birth_ym, 4)
FROM households h
LEFT JOIN divisions d ON d.division_code = h.village_code
LEFT JOIN members m USING (household_no)
ORDER BY h.household_no, m.relation <> '户主', m.member_no
