-- reads: notices(notice_id, title, starts_on, ends_on)
SELECT notice_id, title, concat(starts_on, ' 至 ', ends_on)
FROM notices
