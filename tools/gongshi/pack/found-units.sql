-- reads: units(unit_code, name, unit_kind)
SELECT unit_code, name, unit_kind
FROM units
