-- order: 20
-- title: 乡镇
-- key: township_code
-- columns: township_code:divisions.division_code=乡镇代码 divisions.name=乡镇 divisions.slug divisions.terrain
-- columns: #village_count:villages.village_code=村数 #key_villages:villages.village_class=其中重点贫困村
-- columns: #poor_villages:villages.village_class=其中贫困村 #exited_villages:villages.exited_on=已退出贫困村
-- columns: %residents/villages.households %residents/villages.population divisions.office_phone divisions.duty_phone
SELECT d.division_code AS township_code, d.name, d.slug, d.terrain, d.office_phone, d.duty_phone, count(v.village_code) AS village_count,
  count(*) FILTER (v.village_class IN ('重点贫困村', '重点帮扶村')) AS key_villages,
  count(*) FILTER (v.village_class IN ('重点贫困村', '贫困村', '脱贫村')) AS poor_villages,
  count(v.exited_on) AS exited_villages, NULL::BIGINT AS households, NULL::BIGINT AS population
FROM {divisions} d
LEFT JOIN {divisions} c ON c.parent_code = d.division_code AND c.valid_to IS NULL
LEFT JOIN {villages} v ON v.village_code = c.division_code
WHERE d.level = '乡镇' AND d.valid_to IS NULL
GROUP BY ALL
ORDER BY d.division_code
