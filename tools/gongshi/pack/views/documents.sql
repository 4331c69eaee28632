-- order: 170
-- title: 政策文件
-- key: doc_no
-- columns: documents.doc_no documents.title documents.doc_kind documents.issued_on documents.effective_from
-- columns: documents.published_on issuer:units.name=发文单位 documents.level
SELECT d.*, u.name AS issuer
FROM {documents} d
LEFT JOIN {units} u ON u.unit_code = d.issuer_unit
ORDER BY d.issued_on DESC, d.doc_no
