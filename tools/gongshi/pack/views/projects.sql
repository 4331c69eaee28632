-- order: 50
-- title: 项目
-- key: project_id
-- unit: quantity_unit
-- columns: projects.project_id projects.name projects.year projects.category projects.sub_category projects.build_kind
-- columns: projects.township_code=实施乡镇代码 township:divisions.name=实施乡镇 township_slug:divisions.slug=乡镇目录名
-- columns: owner:units.name=责任单位 owner_phone:units.office_phone=责任单位电话 projects.owner_post projects.approval_level projects.approval_doc
-- columns: projects.planned_start projects.planned_end ~projects.content ?projects.quantity projects.quantity_unit
-- columns: ?projects.unit_price projects.budget_total +paid:payments.amount=已支付 ?projects.final_cost projects.funding_mode
-- columns: %projects.benef_households %projects.benef_persons %projects.benef_poor_households %projects.benef_poor_persons
-- columns: ~projects.goal_output ~projects.goal_benefit projects.goal_satisfaction projects.actual_satisfaction
-- columns: projects.benefit_link projects.in_plan projects.stage projects.accepted_on ?projects.accepted_quantity
-- columns: projects.procurement_doc projects.notice_before projects.notice_after
SELECT p.*, d.name AS township, d.slug AS township_slug, u.name AS owner, u.office_phone AS owner_phone, m.paid
FROM {projects} p
LEFT JOIN {divisions} d ON d.division_code = p.township_code
LEFT JOIN {units} u ON u.unit_code = p.owner_unit
LEFT JOIN (SELECT project_id, sum(amount) AS paid FROM {payments} GROUP BY project_id) m
  ON m.project_id = p.project_id
ORDER BY p.year DESC, p.project_id
