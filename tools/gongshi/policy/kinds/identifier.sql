-- kind: identifier
-- title: 证件
-- demands: 密封的标识信息要合规：证件号写法与校验位（id_form）、不重复（id_duplicate）、与性别（sex）和出生年月（birth）相符；电话写法（phone_form）、不同户不用同一电话（phone_shared）。
-- violates: 不合的成员；重复的从第二行起。只在有密钥处运行（runs: sealing），读解密后的 identity 表，结果里没有任何号码。
-- param check: choice(id_form id_duplicate sex birth phone_form phone_shared) required
-- columns: member_no household_no sex birth_ym
-- plans: 2 16
-- example: {kind: identifier, resource: members, runs: sealing, check: id_form}
WITH known AS (
  SELECT s._row, s.household_no, s.sex, s.birth_ym, i.phone, upper(left(i.id_no, 18)) AS id_no, length(i.id_no) AS digits
  FROM subject s JOIN rules.identity i ON i.member_no = s.member_no),
first_of AS (
  SELECT *, min(_row) OVER (PARTITION BY id_no) AS id_row,
    arg_min(household_no, _row) OVER (PARTITION BY phone) AS phone_household
  FROM known)
SELECT _row FROM first_of
WHERE CASE {{check}}
  WHEN 'id_form' THEN id_no = '' OR digits NOT IN (18, 20, 22) OR NOT rules.id_ok(id_no)
  WHEN 'id_duplicate' THEN id_no <> '' AND _row > id_row
  WHEN 'sex' THEN rules.id_ok(id_no) AND (TRY_CAST(id_no[17:17] AS INT) % 2 = 1) <> (sex = '男')
  WHEN 'birth' THEN rules.id_ok(id_no) AND id_no[7:10] || '-' || id_no[11:12] <> birth_ym
  WHEN 'phone_form' THEN phone <> '' AND NOT regexp_full_match(phone, '1[3-9][0-9]{9}')
  ELSE phone <> '' AND household_no <> phone_household END
