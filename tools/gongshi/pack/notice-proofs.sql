-- reads: notice-proofs(notice_id, proof_no, sha256, kept)
SELECT p._row, p.notice_id, p.proof_no, p.sha256, p.kept FROM "notice-proofs" p WHERE p.notice_id IS NOT NULL
