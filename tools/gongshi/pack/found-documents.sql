-- reads: documents(doc_no, title)
SELECT doc_no, title, ''
FROM documents
