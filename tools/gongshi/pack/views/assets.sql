-- order: 160
-- title: 扶贫资产
-- key: asset_no
-- columns: assets.asset_no assets.name assets.asset_kind assets.village_code=所在村代码 village:divisions.name=所在村
-- columns: assets.project_id assets.value assets.handed_over_on keeper:units.name=管护单位 assets.checked_on
-- columns: assets.repaired_on assets.income_year assets.income assets.state
SELECT a.*, d.name AS village, u.name AS keeper
FROM {assets} a
LEFT JOIN {divisions} d ON d.division_code = a.village_code
LEFT JOIN {units} u ON u.unit_code = a.keeper_unit
ORDER BY a.asset_no
