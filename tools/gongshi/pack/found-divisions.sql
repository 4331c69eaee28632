-- reads: divisions(division_code, name, slug, level)
SELECT division_code, name, slug
FROM divisions
WHERE level = '乡镇'
