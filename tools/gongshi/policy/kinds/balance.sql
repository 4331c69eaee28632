-- kind: balance
-- title: 余额
-- demands: 同一 account 的各行按 order 的次序，balance 要等于前面各行（连同本行）的 amount 加减之和：inflow 成立的加，不成立的减。
-- violates: 余额与累计不等的行。
-- details: actual:balance wanted:amount
-- primary: balance
-- param account: group
-- param order: label required
-- param amount: figure required
-- param inflow: terms required
-- param balance: figure required
-- needs: amount balance
-- plans: 3 20
-- example: {kind: balance, resource: ledgers, account: ledger, order: entry_no, amount: amount, inflow: [{field: entry_kind, in: [收入, 归还]}], balance: balance}
SELECT _row, balance AS actual, running AS wanted
FROM (SELECT s._row, s.balance, sum(CASE WHEN s.inflow THEN s.amount ELSE -s.amount END)
        OVER (PARTITION BY s.account ORDER BY s."order") AS running FROM subject s)
WHERE balance <> running
