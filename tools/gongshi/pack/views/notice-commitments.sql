-- order: 150
-- title: 公示榜承诺
-- key: notice_id page
-- columns: notice-commitments.notice_id notice-commitments.page notice-commitments.commitment
SELECT c.*
FROM {notice-commitments} c
JOIN {notices} g ON g.notice_id = c.notice_id AND g.withdrawn_on IS NULL
ORDER BY c.notice_id, c.page
