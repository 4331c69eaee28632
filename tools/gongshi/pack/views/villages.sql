-- order: 30
-- title: 村
-- key: village_code
-- columns: villages.village_code divisions.name=村 township_code:divisions.parent_code=乡镇代码
-- columns: township:divisions.name=乡镇 township_slug:divisions.slug=乡镇目录名 villages.village_class villages.village_tier
-- columns: villages.exited_on %residents/villages.households %residents/villages.population villages.groups villages.hamlets
-- columns: terrain:divisions.terrain villages.area_km2 villages.altitude_m villages.paddy_mu villages.dry_mu
-- columns: villages.farmland_mu %villages.net_income_pc villages.collective_income villages.industry_1 villages.industry_2
-- columns: %villages.industry_cover_rate villages.hard_road villages.groups_with_road villages.bus
-- columns: villages.service_centre_m2 villages.shop villages.clinic @villages.doctors villages.culture_room villages.power
-- columns: villages.broadband %villages.pension_rate %villages.med_ins_rate villages.cadre_team villages.work_team
-- columns: villages.pairing_system villages.sanitation_rules %villages.water_households
-- columns: %villages.unsafe_house_households villages.secretary_unit divisions.office_phone divisions.duty_phone
SELECT v.*, d.name, d.terrain, d.office_phone, d.duty_phone, t.division_code AS township_code,
  t.name AS township, t.slug AS township_slug
FROM {villages} v
JOIN {divisions} d ON d.division_code = v.village_code
LEFT JOIN {divisions} t ON t.division_code = d.parent_code
WHERE d.valid_to IS NULL
ORDER BY v.village_code
