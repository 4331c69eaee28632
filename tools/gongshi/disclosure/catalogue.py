"""The views over registers. Adding a column here is publishing it; one about people shows its frozen figure (``made``)."""

from gongshi.disclosure.kinds import HOUSEHOLDS, kinds
from gongshi.disclosure.views import HEADS, View

COUNTY = View(
    "county",
    "县情",
    ("county_code",),
    """county.county_code county.name county.example county.as_of county.office county.office_phone
    county.office_address county.office_email county.hotline county.licence
    county.threshold""",
    "FROM {county}",
)

TOWNSHIPS = View(
    "townships",
    "乡镇",
    ("township_code",),
    """township_code:divisions.division_code=乡镇代码 divisions.name=乡镇 divisions.slug divisions.terrain
    #village_count:villages.village_code=村数 #key_villages:villages.village_class=其中重点贫困村
    #poor_villages:villages.village_class=其中贫困村 #exited_villages:villages.exited_on=已退出贫困村
    %residents/villages.households %residents/villages.population divisions.office_phone divisions.duty_phone""",
    """
    SELECT d.division_code AS township_code, d.name, d.slug, d.terrain, d.office_phone, d.duty_phone, count(v.village_code) AS village_count,
      count(*) FILTER (v.village_class IN ('重点贫困村', '重点帮扶村')) AS key_villages,
      count(*) FILTER (v.village_class IN ('重点贫困村', '贫困村', '脱贫村')) AS poor_villages,
      count(v.exited_on) AS exited_villages, NULL::BIGINT AS households, NULL::BIGINT AS population
    FROM {divisions} d
    LEFT JOIN {divisions} c ON c.parent_code = d.division_code AND c.valid_to IS NULL
    LEFT JOIN {villages} v ON v.village_code = c.division_code
    WHERE d.level = '乡镇' AND d.valid_to IS NULL
    GROUP BY ALL
    ORDER BY d.division_code""",
)

VILLAGES = View(
    "villages",
    "村",
    ("village_code",),
    """villages.village_code divisions.name=村 township_code:divisions.parent_code=乡镇代码
    township:divisions.name=乡镇 township_slug:divisions.slug=乡镇目录名 villages.village_class villages.village_tier
    villages.exited_on %residents/villages.households %residents/villages.population villages.groups villages.hamlets
    terrain:divisions.terrain villages.area_km2 villages.altitude_m villages.paddy_mu villages.dry_mu
    villages.farmland_mu %villages.net_income_pc villages.collective_income villages.industry_1 villages.industry_2
    %villages.industry_cover_rate villages.hard_road villages.groups_with_road villages.bus
    villages.service_centre_m2 villages.shop villages.clinic @villages.doctors villages.culture_room villages.power
    villages.broadband %villages.pension_rate %villages.med_ins_rate villages.cadre_team villages.work_team
    villages.pairing_system villages.sanitation_rules %villages.water_households
    %villages.unsafe_house_households villages.secretary_unit divisions.office_phone divisions.duty_phone""",
    """
    SELECT v.*, d.name, d.terrain, d.office_phone, d.duty_phone, t.division_code AS township_code,
      t.name AS township, t.slug AS township_slug
    FROM {villages} v
    JOIN {divisions} d ON d.division_code = v.village_code
    LEFT JOIN {divisions} t ON t.division_code = d.parent_code
    WHERE d.valid_to IS NULL
    ORDER BY v.village_code""",
)

ALLOCATIONS = View(
    "allocations",
    "资金下达",
    ("allocation_id",),
    """allocations.allocation_id allocations.name allocations.year allocations.source_level allocations.programme
    allocations.amount budgeted:project-budget.amount=已安排到项目 +paid:payments.amount=已支付
    allocations.doc_no allocations.received_on allocations.published_on user:units.name=使用单位""",
    """
    SELECT a.*, u.name AS user,
      (SELECT sum(b.amount) FROM {project-budget} b WHERE b.allocation_id = a.allocation_id) AS budgeted,
      (SELECT sum(p.amount) FROM {payments} p WHERE p.allocation_id = a.allocation_id) AS paid
    FROM {allocations} a
    LEFT JOIN {units} u ON u.unit_code = a.using_unit
    ORDER BY a.year DESC, a.allocation_id""",
)

PROJECTS = View(
    "projects",
    "项目",
    ("project_id",),
    """projects.project_id projects.name projects.year projects.category projects.sub_category projects.build_kind
    projects.township_code=实施乡镇代码 township:divisions.name=实施乡镇 township_slug:divisions.slug=乡镇目录名
    owner:units.name=责任单位 owner_phone:units.office_phone=责任单位电话 projects.owner_post projects.approval_level projects.approval_doc
    projects.planned_start projects.planned_end ~projects.content ?projects.quantity projects.quantity_unit
    ?projects.unit_price projects.budget_total +paid:payments.amount=已支付 ?projects.final_cost projects.funding_mode
    %projects.benef_households %projects.benef_persons %projects.benef_poor_households %projects.benef_poor_persons
    ~projects.goal_output ~projects.goal_benefit projects.goal_satisfaction projects.actual_satisfaction
    projects.benefit_link projects.in_plan projects.stage projects.accepted_on ?projects.accepted_quantity
    projects.procurement_doc projects.notice_before projects.notice_after""",
    """
    SELECT p.*, d.name AS township, d.slug AS township_slug, u.name AS owner, u.office_phone AS owner_phone, m.paid
    FROM {projects} p
    LEFT JOIN {divisions} d ON d.division_code = p.township_code
    LEFT JOIN {units} u ON u.unit_code = p.owner_unit
    LEFT JOIN (SELECT project_id, sum(amount) AS paid FROM {payments} GROUP BY project_id) m
      ON m.project_id = p.project_id
    ORDER BY p.year DESC, p.project_id""",
    "quantity_unit",
)

PROJECT_VILLAGES = View(
    "project-villages",
    "项目实施村",
    ("project_id", "village_code"),
    "project-villages.project_id project-villages.village_code=实施村代码 village:divisions.name=实施村",
    """
    SELECT v.*, d.name AS village
    FROM {project-villages} v
    LEFT JOIN {divisions} d ON d.division_code = v.village_code
    ORDER BY v.project_id, v.village_code""",
)

BUDGET = View(
    "project-budget",
    "项目预算",
    ("project_id", "line_no"),
    """project-budget.project_id project-budget.line_no project-budget.source_level project-budget.allocation_id
    allocation:allocations.name project-budget.amount""",
    """
    SELECT b.*, a.name AS allocation
    FROM {project-budget} b
    LEFT JOIN {allocations} a ON a.allocation_id = b.allocation_id
    ORDER BY b.project_id, b.line_no""",
)

STAGES = View(
    "project-stages",
    "项目进度",
    ("project_id", "stage"),
    """project-stages.project_id project-stages.stage project-stages.level project-stages.done_on
    unit:units.name=办理单位 project-stages.doc_no""",
    """
    SELECT s.*, u.name AS unit
    FROM {project-stages} s
    LEFT JOIN {units} u ON u.unit_code = s.by_unit
    ORDER BY s.project_id, s.done_on, s.stage""",
)

CHANGES = View(
    "project-changes",
    "项目调整",
    ("project_id", "changed_on"),
    """project-changes.project_id project-changes.changed_on project-changes.change_kind
    project-changes.amount_before project-changes.amount_after project-changes.doc_no project-changes.notice_id""",
    "SELECT * FROM {project-changes} ORDER BY project_id, changed_on",
)

PAYMENTS = View(
    "payments",
    "资金支付",
    ("payment_id",),
    """payments.payment_id payments.project_id project:projects.name payments.allocation_id payments.paid_on
    payments.payment_stage payments.amount payments.payee_kind payee:units.name=收款单位
    payee_code:units.credit_code=收款单位统一社会信用代码 payments.pay_channel payments.purpose payments.claim_doc""",
    """
    SELECT p.*, r.name AS project,
      CASE WHEN u.credit_code LIKE '92%' THEN '其他收款人（个体工商户）' ELSE u.name END AS payee,
      CASE WHEN u.credit_code NOT LIKE '92%' THEN u.credit_code END AS payee_code
    FROM {payments} p
    LEFT JOIN {projects} r ON r.project_id = p.project_id
    LEFT JOIN {units} u ON u.unit_code = p.payee_unit
    ORDER BY p.paid_on DESC, p.payment_id""",
)
"""Payments to units, one by one. Those to persons are not there (``views.OPEN_ROWS``): a row for each township and benefit,
divided by the standard, is a number of persons. A 个体工商户 carries its owner's name: neither name nor code is told."""

_OPEN = ", ".join(f"'{kind.kind}'" for kind in kinds().values() if kind.carries != HOUSEHOLDS)
"""The kinds of notices with no list of households behind them."""

NOTICES = View(
    "notices",
    "公示公告",
    ("notice_id",),
    """notices.notice_id notices.notice_kind notices.title notices.division_code=公示范围代码 scope:divisions.name=公示范围
    scope_level:divisions.level=范围级别 notices.place notices.starts_on notices.ends_on
    publisher:units.name=公示单位 publisher_phone:units.office_phone=受理电话 project_count:notices.items=公示项目数 notices.doc_no
    notices.result notices.closed_on #objections:notice-objections.topic=收到异议
    #answered:notice-objections.answered_on=已答复异议""",
    """
    SELECT n.*, d.name AS scope, d.level AS scope_level, u.name AS publisher,
      u.office_phone AS publisher_phone, coalesce(o.objections, 0) AS objections, coalesce(o.answered, 0) AS answered,
      CASE WHEN n.notice_kind IN ($open) THEN n.items END AS project_count
    FROM {notices} n
    LEFT JOIN {divisions} d ON d.division_code = n.division_code
    LEFT JOIN {units} u ON u.unit_code = n.publisher_unit
    LEFT JOIN (SELECT notice_id, count(*) AS objections, count(answered_on) AS answered
      FROM {notice-objections} GROUP BY notice_id) o ON o.notice_id = n.notice_id
    WHERE n.withdrawn_on IS NULL
    ORDER BY n.starts_on DESC, n.notice_id DESC""".replace("$open", _OPEN),
)
"""Without the number of households of a list: a village's total less its exits would be a small count that the table of
people withholds. Households are counted there, once, with everything that may be worked out from them considered."""

NOTICE_PROJECTS = View(
    "notice-projects",
    "公示的项目",
    ("notice_id", "project_id"),
    "notice-projects.notice_id notice-projects.project_id project:projects.name projects.budget_total notice-projects.frozen",
    """
    SELECT n.*, p.name AS project, p.budget_total
    FROM {notice-projects} n
    JOIN {notices} g ON g.notice_id = n.notice_id AND g.withdrawn_on IS NULL
    LEFT JOIN {projects} p ON p.project_id = n.project_id
    ORDER BY n.notice_id, n.project_id""",
)

OBJECTIONS = View(
    "notice-objections",
    "公示异议",
    ("notice_id", "raised_on", "topic"),
    """notice-objections.notice_id notice-objections.raised_on notice-objections.topic
    notice-objections.answered_on notice-objections.outcome""",
    """
    SELECT o.*
    FROM {notice-objections} o
    JOIN {notices} g ON g.notice_id = o.notice_id AND g.withdrawn_on IS NULL
    WHERE g.notice_kind IN ($open)
    ORDER BY o.notice_id, o.raised_on, o.topic""".replace("$open", _OPEN),
)
"""Of money and projects only: what is objected to in a short list of households could point to one of them."""

WITHDRAWN = View(
    "notices-withdrawn",
    "撤回的公示",
    ("notice_id",),
    "notices.notice_id notices.notice_kind notices.withdrawn_on",
    "SELECT * FROM {notices} WHERE withdrawn_on IS NOT NULL ORDER BY notice_id",
)

COMMITMENTS = View(
    "notice-commitments",
    "公示榜承诺",
    ("notice_id", "page"),
    "notice-commitments.notice_id notice-commitments.page notice-commitments.commitment",
    """
    SELECT c.*
    FROM {notice-commitments} c
    JOIN {notices} g ON g.notice_id = c.notice_id AND g.withdrawn_on IS NULL
    ORDER BY c.notice_id, c.page""",
)

ASSETS = View(
    "assets",
    "扶贫资产",
    ("asset_no",),
    """assets.asset_no assets.name assets.asset_kind assets.village_code=所在村代码 village:divisions.name=所在村
    assets.project_id assets.value assets.handed_over_on keeper:units.name=管护单位 assets.checked_on
    assets.repaired_on assets.income_year assets.income assets.state""",
    """
    SELECT a.*, d.name AS village, u.name AS keeper
    FROM {assets} a
    LEFT JOIN {divisions} d ON d.division_code = a.village_code
    LEFT JOIN {units} u ON u.unit_code = a.keeper_unit
    ORDER BY a.asset_no""",
)

DOCUMENTS = View(
    "documents",
    "政策文件",
    ("doc_no",),
    """documents.doc_no documents.title documents.doc_kind documents.issued_on documents.effective_from
    documents.published_on issuer:units.name=发文单位 documents.level""",
    """
    SELECT d.*, u.name AS issuer
    FROM {documents} d
    LEFT JOIN {units} u ON u.unit_code = d.issuer_unit
    ORDER BY d.issued_on DESC, d.doc_no""",
)

INSPECTIONS = View(
    "inspections",
    "督查检查",
    ("inspection_id",),
    """inspections.inspection_id inspections.inspection_kind inspections.title unit:units.name=检查单位
    scope:divisions.name=检查范围 inspections.started_on inspections.finished_on inspections.funds_checked
    inspections.homes_visited inspections.sites_seen inspections.score %inspections.sample_size
    %inspections.satisfaction inspections.report_doc #findings:inspection-findings.finding_no=发现问题
    #settled:inspection-findings.closed_on=已销号问题""",
    """
    SELECT i.*, u.name AS unit, d.name AS scope, coalesce(f.findings, 0) AS findings,
      coalesce(f.settled, 0) AS settled
    FROM {inspections} i
    LEFT JOIN {units} u ON u.unit_code = i.by_unit
    LEFT JOIN {divisions} d ON d.division_code = i.division_code
    LEFT JOIN (SELECT inspection_id, count(*) AS findings, count(closed_on) AS settled
      FROM {inspection-findings} GROUP BY ALL) f ON f.inspection_id = i.inspection_id
    ORDER BY i.started_on DESC, i.inspection_id DESC""",
)

FINDINGS = View(
    "inspection-findings",
    "检查发现的问题",
    ("inspection_id", "finding_no"),
    """inspection-findings.inspection_id inspection-findings.finding_no inspection-findings.finding_type
    inspection-findings.project_id project:projects.name=涉及项目名称 unit:units.name=责任单位
    inspection-findings.amount inspection-findings.recovered inspection-findings.cause
    inspection-findings.due_on inspection-findings.rectified_on inspection-findings.accountability
    inspection-findings.closed_on""",
    """
    SELECT f.*, p.name AS project, u.name AS unit
    FROM {inspection-findings} f
    LEFT JOIN {projects} p ON p.project_id = f.project_id
    LEFT JOIN {units} u ON u.unit_code = f.liable_unit
    ORDER BY f.inspection_id DESC, f.finding_no""",
)

_COMPLAINTS = """
    SELECT {by}, count(*) AS received, count(closed_on) AS closed,
      count(*) FILTER (outcome = '属实已整改') AS confirmed,
      count(*) FILTER (outcome = '部分属实已整改') AS partly, count(*) FILTER (outcome = '不属实') AS unfounded,
      count(*) FILTER (outcome = '已解释答复') AS explained, count(*) FILTER (outcome = '转办') AS passed_on,
      count(*) FILTER (outcome IS NULL) AS waiting
    FROM {{complaints}} GROUP BY ALL ORDER BY received DESC, {by}"""

_COMPLAINT_COUNTS = """#received:complaints.complaint_no=受理件数 #closed:complaints.closed_on=已办结
    #confirmed:complaints.outcome=属实已整改 #partly:complaints.outcome=部分属实已整改
    #unfounded:complaints.outcome=不属实 #explained:complaints.outcome=已解释答复 #passed_on:complaints.outcome=转办
    #waiting:complaints.outcome=还没有结果"""

COMPLAINTS = View(
    "complaints",
    "监督举报（按事项）",
    ("topic",),
    f"complaints.topic {_COMPLAINT_COUNTS}",
    _COMPLAINTS.format(by="topic"),
)

CHANNELS = View(
    "complaint-channels",
    "监督举报（按渠道）",
    ("channel",),
    f"complaints.channel {_COMPLAINT_COUNTS}",
    _COMPLAINTS.format(by="channel"),
)

SCHOOLS = View(
    "schools",
    "学校",
    ("school_code",),
    """schools.school_code schools.name schools.school_level township:divisions.name=所在乡镇
    township_slug:divisions.slug=乡镇目录名 schools.classes %schools.pupils %schools.boarders @schools.teachers
    @schools.rotated_teachers schools.network schools.class_network schools.compliant""",
    """
    SELECT s.*, d.name AS township, d.slug AS township_slug
    FROM {schools} s
    LEFT JOIN {divisions} d ON d.division_code = s.township_code AND d.valid_to IS NULL
    ORDER BY s.township_code, s.school_code""",
)

INDICATORS = View(
    "indicators",
    "目标和完成",
    ("subject", "indicator", "period"),
    """indicators.subject indicators.indicator indicators.period indicators.target ?indicators.actual
    indicators.unit indicators.basis""",
    """
    SELECT i.*
    FROM {indicators} i
    WHERE NOT regexp_matches(i.unit, '$heads')
      OR i.subject IN (SELECT division_code FROM {divisions} WHERE level = '县')
    ORDER BY i.subject, i.indicator, i.period""".replace("$heads", HEADS),
    "unit",
)
"""Counts of households and persons for the county alone: a township's or village's could give withheld counts back."""

LINES = View(
    "lines",
    "贫困线和监测线",
    ("line_kind", "year"),
    "lines.line_kind lines.year @lines.amount lines.income_measure lines.doc_no lines.verified",
    "SELECT * FROM {lines} ORDER BY line_kind, year",
)

CALENDAR = View(
    "calendar",
    "工作日历",
    ("calendar_date",),
    "calendar.calendar_date calendar.day_kind calendar.holiday",
    "SELECT * FROM {calendar} ORDER BY calendar_date",
)

CLOSED = View(
    "divisions-closed",
    "停用的区划",
    ("division_code",),
    """divisions.division_code divisions.name divisions.level divisions.slug divisions.valid_to
    divisions.successor_code successor:divisions.name=后继名称""",
    """
    SELECT o.*, n.name AS successor
    FROM {divisions} o
    LEFT JOIN {divisions} n ON n.division_code = o.successor_code
    WHERE o.valid_to IS NOT NULL AND o.level IN ('乡镇', '村')
    ORDER BY o.division_code""",
)

VIEWS = (
    COUNTY, TOWNSHIPS, VILLAGES, ALLOCATIONS, PROJECTS, PROJECT_VILLAGES, BUDGET, STAGES, CHANGES, PAYMENTS,
    NOTICES, NOTICE_PROJECTS, OBJECTIONS, WITHDRAWN, COMMITMENTS, ASSETS, DOCUMENTS, INSPECTIONS, FINDINGS,
    COMPLAINTS, CHANNELS, SCHOOLS, INDICATORS, LINES, CALENDAR, CLOSED,
)  # fmt: skip
