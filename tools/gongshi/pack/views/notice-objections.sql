-- order: 130
-- title: 公示异议
-- key: notice_id raised_on topic
-- columns: notice-objections.notice_id notice-objections.raised_on notice-objections.topic
-- columns: notice-objections.answered_on notice-objections.outcome
-- note: Of money and projects only: what is objected to in a short list of households could point to one of them.
SELECT o.*
FROM {notice-objections} o
JOIN {notices} g ON g.notice_id = o.notice_id AND g.withdrawn_on IS NULL
WHERE g.notice_kind IN ($open)
ORDER BY o.notice_id, o.raised_on, o.topic
