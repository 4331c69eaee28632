-- order: 100
-- title: 资金支付
-- key: payment_id
-- columns: payments.payment_id payments.project_id project:projects.name payments.allocation_id payments.paid_on
-- columns: payments.payment_stage payments.amount payments.payee_kind payee:units.name=收款单位
-- columns: payee_code:units.credit_code=收款单位统一社会信用代码 payments.pay_channel payments.purpose payments.claim_doc
-- note: Payments to units, one by one. Those to persons are not there (``views.OPEN_ROWS``): a row for each township and benefit,
-- note: divided by the standard, is a number of persons. A 个体工商户 carries its owner's name: neither name nor code is told.
SELECT p.*, r.name AS project,
  CASE WHEN u.credit_code LIKE '92%' THEN '其他收款人（个体工商户）' ELSE u.name END AS payee,
  CASE WHEN u.credit_code NOT LIKE '92%' THEN u.credit_code END AS payee_code
FROM {payments} p
LEFT JOIN {projects} r ON r.project_id = p.project_id
LEFT JOIN {units} u ON u.unit_code = p.payee_unit
ORDER BY p.paid_on DESC, p.payment_id
