-- order: 140
-- title: 撤回的公示
-- key: notice_id
-- columns: notices.notice_id notices.notice_kind notices.withdrawn_on
SELECT * FROM {notices} WHERE withdrawn_on IS NOT NULL ORDER BY notice_id
