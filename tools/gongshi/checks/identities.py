"""Identities inside the records: what must add up or follow from other fields, whatever any policy says.

Each Identity is one query that answers the ``_row`` of every record that breaks it. Sources: the income formulas of the
registration form (domain: A17 = a+b+c+d, A19 = A17 - A18, A20 = A19 / population), budget and payment sums (2018
disclosure guidance, F02), status derived from status events, population = live members.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, identifier

TOO_LARGE = "1e12"
LIMIT = 1000  # findings per identity
TOLERANCE = "0.05"  # yuan: half-up rounding of a sum of rounded parts


@dataclass(frozen=True, slots=True)
class NumberIdentity:
    """``query`` selects ``_row`` of the rows of ``resource`` that break it; ``field`` is what to look at."""

    code: str
    resource: str
    field: str
    message: str
    query: str


def _where(resource: str, condition: str) -> str:
    return f'SELECT _row FROM "{resource}" WHERE {condition}'


STATUS = """
WITH steps AS (
  SELECT household_no, occurred_on, event,
    CASE event WHEN '识别' THEN '未脱贫' WHEN '预脱贫' THEN '预脱贫' WHEN '脱贫' THEN '已脱贫' WHEN '返贫' THEN '返贫'
      WHEN '核减' THEN '已销号' WHEN '并户' THEN '已销号' WHEN '迁出' THEN '已销号' END AS status,
    CASE event WHEN '识别' THEN 0 WHEN '预脱贫' THEN 1 WHEN '脱贫' THEN 2 WHEN '返贫' THEN 3 ELSE 4 END AS place
  FROM "status-events"),
now AS (
  SELECT household_no, arg_max(status, (occurred_on, place)) AS status,
    year(max(occurred_on) FILTER (event = '脱贫')) AS exit_year,
    year(max(occurred_on) FILTER (event = '返贫')) AS return_year,
    min(occurred_on) FILTER (event = '识别') AS identified_on
  FROM steps WHERE status IS NOT NULL GROUP BY ALL)
"""

PROJECT_STAGE = """
WITH order_of(step, place, stage) AS (VALUES
  ('乡镇申报', 1, '入库'), ('县级审批', 2, '下达'), ('招标', 3, '招标'), ('开工', 4, '开工'), ('竣工', 5, '竣工'),
  ('乡镇初检', 6, '初检'), ('县级验收', 7, '验收'), ('乡级报账', 8, '验收'), ('决算', 9, '决算'), ('移交', 10, '移交')),
now AS (
  SELECT s.project_id, arg_max(o.stage, o.place) AS stage, max(s.done_on) FILTER (s.stage = '县级验收') AS accepted_on
  FROM "project-stages" s JOIN order_of o ON o.step = s.stage GROUP BY ALL)
"""

IDENTITIES = (
    NumberIdentity(
        "population",
        "households",
        "population",
        "家庭人口与在册成员（正常、转入）人数不等，请核对成员表",
        """SELECT h._row FROM households h LEFT JOIN (
               SELECT household_no, count(*) AS live FROM members WHERE life_status IN ('正常', '转入') GROUP BY ALL) m
             USING (household_no) WHERE h.poverty_status IS DISTINCT FROM '已销号' AND h.population <> coalesce(m.live, 0)""",
    ),
    NumberIdentity(
        "status",
        "households",
        "poverty_status",
        "脱贫状态与状态变更推出的不同，请补登变更或改正状态；从未建档立卡的户不填脱贫状态",
        STATUS
        + """SELECT h._row FROM households h JOIN raw.households r ON r.rowid = h._row
             LEFT JOIN now ON now.household_no = h.household_no
             WHERE h.poverty_status IS DISTINCT FROM now.status AND (now.status IS NOT NULL OR r.poverty_status <> '')""",
    ),
    NumberIdentity(
        "exit-year",
        "households",
        "exit_year",
        "脱贫年度与状态变更里的脱贫日期不同，请改成一致",
        STATUS
        + """SELECT h._row FROM households h JOIN now USING (household_no)
             WHERE h.exit_year IS DISTINCT FROM now.exit_year""",
    ),
    NumberIdentity(
        "return-year",
        "households",
        "return_year",
        "返贫年度与状态变更里的返贫日期不同，请改成一致",
        STATUS
        + """SELECT h._row FROM households h JOIN now USING (household_no)
             WHERE h.return_year IS DISTINCT FROM now.return_year""",
    ),
    NumberIdentity(
        "identified",
        "households",
        "identified_on",
        "识别日期与状态变更里的识别日期不同，请改成一致",
        STATUS
        + """SELECT h._row FROM households h JOIN now USING (household_no)
             WHERE now.identified_on IS NOT NULL AND h.identified_on <> now.identified_on""",
    ),
    NumberIdentity(
        "left-without-event",
        "members",
        "life_status",
        "成员不在册（或转入），须填变更年月和变更原因；正常的两项都不填",
        _where(
            "members",
            "(life_status = '正常') <> (life_status_ym IS NULL) OR (life_status = '正常') <> (change_kind IS NULL)",
        ),
    ),
    NumberIdentity(
        "transfer-parts",
        "incomes",
        "transfer_income",
        "转移性收入不等于低保金、特困供养金、养老保险金、赡养费、其他之和",
        _where(
            "incomes",
            "abs(transfer_income - dibao_income - tekun_income - pension_income - support_income "
            f"- other_transfer) > {TOLERANCE}",
        ),
    ),
    NumberIdentity(
        "property-parts",
        "incomes",
        "property_income",
        "财产性收入小于土地流转金与资产收益分红之和",
        _where("incomes", f"land_rent + asset_dividend - property_income > {TOLERANCE}"),
    ),
    NumberIdentity(
        "income-total",
        "incomes",
        "total_income",
        "家庭总收入不等于四项收入之和",
        _where(
            "incomes",
            f"abs(wage_income + business_income + property_income + transfer_income - total_income) > {TOLERANCE}",
        ),
    ),
    NumberIdentity(
        "income-net",
        "incomes",
        "net_income",
        "家庭纯收入不等于总收入减生产经营性支出",
        _where("incomes", f"abs(total_income - business_expense - net_income) > {TOLERANCE}"),
    ),
    NumberIdentity(
        "income-per-capita",
        "incomes",
        "per_capita",
        "人均收入不等于家庭纯收入除以家庭人口",
        _where("incomes", f"abs(net_income::DOUBLE / population - per_capita::DOUBLE) > {TOLERANCE}"),
    ),
    NumberIdentity(
        "period-order", "incomes", "period_end", "核算期止日早于起日", _where("incomes", "period_end < period_start")
    ),
    NumberIdentity(
        "farmland-parts",
        "villages",
        "farmland_mu",
        "耕地不等于水田加旱地",
        _where("villages", f"abs(paddy_mu + dry_mu - farmland_mu) > {TOLERANCE}"),
    ),
    NumberIdentity(
        "irrigated",
        "conditions",
        "irrigated_mu",
        "有效灌溉面积大于耕地面积",
        _where("conditions", "irrigated_mu > farmland_mu"),
    ),
    NumberIdentity(
        "one-subject",
        "pairings",
        "household_no",
        "帮扶户、学生、村、学校四栏要恰好填一栏",
        _where(
            "pairings",
            "(household_no IS NOT NULL)::INT + (member_no IS NOT NULL)::INT "
            "+ (village_code IS NOT NULL)::INT + (school_code IS NOT NULL)::INT <> 1",
        ),
    ),
    NumberIdentity(
        "one-supporter",
        "pairings",
        "helper_no",
        "帮扶人、帮扶单位、结对学校三栏要恰好填一栏",
        _where(
            "pairings",
            "(helper_no IS NOT NULL)::INT + (unit_code IS NOT NULL)::INT + (partner_school IS NOT NULL)::INT <> 1",
        ),
    ),
    NumberIdentity(
        "pairing-end",
        "pairings",
        "ended_on",
        "结束日期和结束原因要同时填，且不早于开始日期",
        _where("pairings", "(ended_on IS NULL) <> (end_reason IS NULL) OR ended_on < started_on"),
    ),
    NumberIdentity(
        "subsidy-product",
        "subsidies",
        "amount",
        "补助金额不等于数量乘标准",
        _where("subsidies", f"abs(units * standard - amount) > {TOLERANCE}"),
    ),
    NumberIdentity(
        "batch-sum",
        "payments",
        "amount",
        "批次支付金额不等于所含到户补助之和",
        """SELECT p._row FROM payments p JOIN (
               SELECT payment_id, sum(amount) AS total FROM subsidies GROUP BY ALL) s USING (payment_id)
             WHERE p.amount <> s.total""",
    ),
    NumberIdentity(
        "batch-paid-on",
        "subsidies",
        "paid_on",
        "发放日期与所属支付的日期不同",
        """SELECT s._row FROM subsidies s JOIN payments p USING (payment_id) WHERE s.paid_on <> p.paid_on""",
    ),
    NumberIdentity(
        "budget-parts",
        "projects",
        "budget_total",
        "预算总额不等于各来源预算之和",
        """SELECT p._row FROM projects p LEFT JOIN (
               SELECT project_id, sum(amount) AS total FROM "project-budget" GROUP BY ALL) b USING (project_id)
             WHERE p.budget_total <> coalesce(b.total, 0)""",
    ),
    NumberIdentity(
        "budget-source",
        "project-budget",
        "source_level",
        "资金来源与所填资金的来源不同",
        """SELECT b._row FROM "project-budget" b JOIN allocations a USING (allocation_id)
             WHERE b.source_level <> a.source_level""",
    ),
    NumberIdentity(
        "budget-own",
        "project-budget",
        "allocation_id",
        "财政等资金要填资金编号，自筹不填",
        _where("project-budget", "(source_level = '自筹') <> (allocation_id IS NULL)"),
    ),
    NumberIdentity(
        "allocation-overspent",
        "allocations",
        "amount",
        "各项目安排的预算之和超过这笔资金",
        """SELECT a._row FROM allocations a JOIN (
               SELECT allocation_id, sum(amount) AS total FROM "project-budget" GROUP BY ALL) b USING (allocation_id)
             WHERE b.total > a.amount""",
    ),
    NumberIdentity(
        "allocation-overpaid",
        "allocations",
        "amount",
        "用这笔资金的支付之和超过这笔资金",
        """SELECT a._row FROM allocations a JOIN (
               SELECT allocation_id, sum(amount) AS total FROM payments GROUP BY ALL) p USING (allocation_id)
             WHERE p.total > a.amount""",
    ),
    NumberIdentity(
        "project-overpaid",
        "projects",
        "budget_total",
        "项目的支付之和超过预算总额",
        """SELECT p._row FROM projects p JOIN (
               SELECT project_id, sum(amount) AS total FROM payments GROUP BY ALL) s USING (project_id)
             WHERE s.total > p.budget_total""",
    ),
    NumberIdentity(
        "payment-source",
        "payments",
        "allocation_id",
        "支付所用的资金没有安排给这个项目，或超过安排给它的数",
        """SELECT p._row FROM payments p
             JOIN (SELECT project_id, allocation_id, sum(amount) AS paid FROM payments GROUP BY ALL) s
               USING (project_id, allocation_id)
             LEFT JOIN (SELECT project_id, allocation_id, sum(amount) AS planned FROM "project-budget" GROUP BY ALL) b
               USING (project_id, allocation_id)
             WHERE coalesce(b.planned, 0) < s.paid""",
    ),
    NumberIdentity(
        "project-stage",
        "projects",
        "stage",
        "进度与进度记录的最后一步不同，请补登进度或改正",
        PROJECT_STAGE
        + """SELECT p._row FROM projects p LEFT JOIN now USING (project_id)
             WHERE p.stage IS DISTINCT FROM coalesce(now.stage, '谋划')""",
    ),
    NumberIdentity(
        "project-accepted",
        "projects",
        "accepted_on",
        "验收日期与进度记录里的县级验收日期不同",
        PROJECT_STAGE
        + """SELECT p._row FROM projects p LEFT JOIN now USING (project_id)
             WHERE p.accepted_on IS DISTINCT FROM now.accepted_on""",
    ),
    NumberIdentity(
        "beneficiaries",
        "projects",
        "benef_poor_households",
        "受益数不合理：其中的帮扶户不多于总户数，人数不少于户数",
        _where(
            "projects",
            "benef_poor_households > benef_households OR benef_poor_persons > benef_persons "
            "OR benef_persons < benef_households OR benef_poor_persons < benef_poor_households",
        ),
    ),
    NumberIdentity(
        "asset-income",
        "assets",
        "income",
        "年收益不等于已分配加留存",
        _where("assets", f"abs(coalesce(distributed, 0) + coalesce(retained, 0) - income) > {TOLERANCE}"),
    ),
    NumberIdentity(
        "ledger-balance",
        "ledgers",
        "balance",
        "余额不等于上一笔余额加收入、归还，减支出、借出",
        """SELECT _row FROM (SELECT _row, balance, sum(CASE WHEN entry_kind IN ('收入', '归还') THEN amount
               ELSE -amount END) OVER (PARTITION BY ledger ORDER BY entry_no) AS running FROM ledgers)
             WHERE balance <> running""",
    ),
    NumberIdentity(
        "notice-dates", "notices", "ends_on", "结束日期早于开始日期", _where("notices", "ends_on < starts_on")
    ),
    NumberIdentity(
        "case-dates",
        "cases",
        "closed_on",
        "结卷日期要与结果同时填，且不早于立卷日期",
        _where("cases", "(closed_on IS NULL) <> (result IS NULL) OR closed_on < opened_on"),
    ),
)


def check_identity(database: Database, identity: NumberIdentity) -> list[Finding]:
    """Findings on the records that break one identity."""
    findings = []
    rows = [row for (row,) in database.sql(f"{identity.query} ORDER BY _row LIMIT {LIMIT}")]
    keys = keys_of(database, database.descriptor.resources[identity.resource], rows)
    for row in rows:
        path, line = database.locate(identity.resource, row)
        place = (path, line, identity.resource, identity.field, keys[row])
        findings.append(Finding(identity.code, Severity.ERROR, identity.message, *place))
    return findings


def check_sizes(database: Database, identity: NumberIdentity) -> list[Finding]:
    """Findings on the numbers that keep an identity from being computed: no ledger has any that large."""
    resource = database.descriptor.resources[identity.resource]
    fields = [field for field in resource.schema.fields if field.type in ("number", "integer")]
    message = "大得离谱（一万亿以上），和它有关的核对没能算：请对照原件改正"
    found = []
    for field in fields:
        query = f"SELECT _row FROM {identifier(resource.name)} WHERE abs({identifier(field.name)}::DOUBLE) >= {TOO_LARGE} LIMIT {LIMIT}"
        rows = [row for (row,) in database.sql(query)]
        keys = keys_of(database, resource, rows)
        for row in rows:
            place = (*database.locate(resource.name, row), resource.name, field.name, keys[row])
            found.append(Finding(identity.code, Severity.ERROR, f"“{field.title}”{message}", *place))
    if not found:
        message = f"“{identity.message}”没能核对：这张表或相关的表里有大得离谱的数，请对照原件改正"
        found.append(
            Finding(identity.code, Severity.ERROR, message, resource.schema.path, 0, resource.name, identity.field)
        )
    return found
