-- reads: helpers(helper_no, name, post, unit_code)
-- reads: units(unit_code, name)
SELECT h.helper_no, h.name, concat_ws(' ', u.name, h.post)
FROM helpers h
LEFT JOIN units u USING (unit_code)
