-- For SQLite. Notices that ran on the day.
-- reads: notices(notice_id, notice_kind, title, division_code, starts_on, ends_on, withdrawn_on)
SELECT notice_id, notice_kind, title, division_code, starts_on, ends_on, :commit
FROM notices
WHERE starts_on <> '' AND starts_on <= :day AND :day <= ends_on AND (withdrawn_on = '' OR withdrawn_on > :day)
ORDER BY rowid
