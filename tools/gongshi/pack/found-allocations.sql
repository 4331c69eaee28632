-- reads: allocations(allocation_id, name, doc_no)
SELECT allocation_id, name, doc_no
FROM allocations
