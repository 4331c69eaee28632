-- order: 10
-- title: 县情
-- key: county_code
-- columns: county.county_code county.name county.example county.as_of county.office county.office_phone
-- columns: county.office_address county.office_email county.hotline county.licence
-- columns: county.threshold
FROM {county}
