-- order: 200
-- title: 监督举报（按事项）
-- key: topic
-- columns: complaints.topic #received:complaints.complaint_no=受理件数 #closed:complaints.closed_on=已办结
-- columns: #confirmed:complaints.outcome=属实已整改 #partly:complaints.outcome=部分属实已整改
-- columns: #unfounded:complaints.outcome=不属实 #explained:complaints.outcome=已解释答复 #passed_on:complaints.outcome=转办
-- columns: #waiting:complaints.outcome=还没有结果
SELECT topic, count(*) AS received, count(closed_on) AS closed,
  count(*) FILTER (outcome = '属实已整改') AS confirmed,
  count(*) FILTER (outcome = '部分属实已整改') AS partly, count(*) FILTER (outcome = '不属实') AS unfounded,
  count(*) FILTER (outcome = '已解释答复') AS explained, count(*) FILTER (outcome = '转办') AS passed_on,
  count(*) FILTER (outcome IS NULL) AS waiting
FROM {complaints} GROUP BY ALL ORDER BY received DESC, topic
