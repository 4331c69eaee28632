-- order: 260
-- title: 停用的区划
-- key: division_code
-- columns: divisions.division_code divisions.name divisions.level divisions.slug divisions.valid_to
-- columns: divisions.successor_code successor:divisions.name=后继名称
SELECT o.*, n.name AS successor
FROM {divisions} o
LEFT JOIN {divisions} n ON n.division_code = o.successor_code
WHERE o.valid_to IS NOT NULL AND o.level IN ('乡镇', '村')
ORDER BY o.division_code
