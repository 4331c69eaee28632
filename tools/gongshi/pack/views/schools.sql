-- order: 220
-- title: 学校
-- key: school_code
-- columns: schools.school_code schools.name schools.school_level township:divisions.name=所在乡镇
-- columns: township_slug:divisions.slug=乡镇目录名 schools.classes %schools.pupils %schools.boarders @schools.teachers
-- columns: @schools.rotated_teachers schools.network schools.class_network schools.compliant
SELECT s.*, d.name AS township, d.slug AS township_slug
FROM {schools} s
LEFT JOIN {divisions} d ON d.division_code = s.township_code AND d.valid_to IS NULL
ORDER BY s.township_code, s.school_code
