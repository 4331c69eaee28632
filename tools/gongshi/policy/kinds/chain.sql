-- kind: chain
-- title: 文件链
-- demands: 所选各行按 levels 的次序一级接一级：每行的上级（parent_level）要是前一级，每级至少有一行。
-- violates: 没有接到前一级的行；缺的级报在规则文件里。不在 levels 里的行不判。
-- blames: group
-- details: step
-- primary: level
-- param level: label required
-- param parent_level: label required
-- param levels: texts required
-- plans: 13 19
-- example: {kind: chain, resource: documents, where: [{field: doc_kind, is: 责任状}], level: level, parent_level: parent_doc.level, levels: [县, 乡镇, 学校]}
WITH levels AS ({{levels}})
SELECT s._row, NULL::VARCHAR AS step, NULL::VARCHAR AS "group"
FROM subject s JOIN levels l ON l.value = s.level JOIN levels p ON p.no = l.no - 1
WHERE s.parent_level IS DISTINCT FROM p.value
UNION ALL
SELECT NULL, l.value, l.value FROM levels l LEFT JOIN subject s ON s.level = l.value WHERE s._row IS NULL
