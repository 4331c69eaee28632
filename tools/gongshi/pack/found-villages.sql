-- reads: villages(village_code)
-- reads: divisions(division_code, name, parent_code)
SELECT v.village_code, d.name, t.name
FROM villages v
JOIN divisions d ON d.division_code = v.village_code
LEFT JOIN divisions t ON t.division_code = d.parent_code
