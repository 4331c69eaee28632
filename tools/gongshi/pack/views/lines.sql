-- order: 240
-- title: 贫困线和监测线
-- key: line_kind year
-- columns: lines.line_kind lines.year @lines.amount lines.income_measure lines.doc_no lines.verified
SELECT * FROM {lines} ORDER BY line_kind, year
