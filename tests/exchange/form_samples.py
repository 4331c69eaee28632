"""A row of each known form, with what it must come to in the ledger. Persons are those of ``NAMES`` and ``NUMBERS``.

A cell's key is the ``resource.field`` (the first, if a column feeds several) or the role of the form's column."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.test_persons import id_no

NAMES = ("赵㐂龘", "钱㐂龘")
NUMBERS = (id_no("19810701", "111"), id_no("19830201", "222"))
HELPER, SCHOOLBOY = "孙㐂龘", "M00000002"
PROJECT = "990101-2020-CY-0001"


@dataclass
class Sample:
    """``cells`` of the row, what its ``records`` must say by resource, and what the command is told of every row."""

    cells: dict[str, object]
    records: dict[str, dict[str, str]]
    said: dict[str, str] = field(default_factory=dict)


def about(at: int = 0) -> dict[str, object]:
    return {"person": NAMES[at], "id_no": NUMBERS[at]}


def paid(at: int = 0, amount: float = 600, **more: object) -> dict[str, object]:
    return {
        **about(at),
        "subsidies.amount": amount,
        "subsidies.paid_on": "2020-05-20",
        "subsidies.period": "2020-05",
        **more,
    }


def subsidy(benefit: str, units: str, standard: str, amount: str = "600.00", **more: str) -> dict[str, dict[str, str]]:
    common = {"household_no": "H0000001", "benefit": benefit, "period": "2020-05", "units": units, "standard": standard}
    return {
        "subsidies": common
        | {"amount": amount, "pay_channel": "一卡通", "payment_id": "F0000001", "subsidy_id": "D0000001"}
        | more
    }


def project(poor: str) -> Sample:
    cells = {
        "projects.category": "产业扶贫", "projects.name": "茶园项目二", "place": "古镇甲村", "projects.build_kind": "新建",
        "projects.content": "新建茶园100亩", "projects.budget_total": 500000, "projects.owner_unit": "县财政局", "projects.owner_post": "局长",
        "span": "2020年3月-10月", "projects.quantity": 100, "projects.quantity_unit": "亩", "projects.benef_households": 30,
        "projects.benef_persons": 95, "projects.benef_poor_households": 10, "projects.benef_poor_persons": 30,
        "projects.goal_output": "建成100亩", "projects.goal_benefit": "增收", "projects.goal_satisfaction": 95, "projects.in_plan": "是",
        "projects.stage": "入库", "projects.benefit_link": "务工", "projects.year": 2020,
    }  # fmt: skip
    record = {
        "project_id": "990101-2020-CY-0002", "name": "茶园项目二", "year": "2020", "township_code": "990101100000", "owner_unit": "U001",
        "planned_start": "2020-03-01", "planned_end": "2020-10-31", "budget_total": "500000.00", "benef_households": "30",
        "benef_poor_persons": poor, "benefit_link": "就业务工",
    }  # fmt: skip
    village = {"project_id": "990101-2020-CY-0002", "village_code": "990101100001"}
    return Sample(cells, {"projects": record, "project-villages": village})


INCOME = {
    "wage_income": "12000.00", "business_income": "3000.00", "property_income": "0.00", "transfer_income": "2000.00", "dibao_income": "2000.00",
    "tekun_income": "0.00", "pension_income": "0.00", "support_income": "0.00", "other_transfer": "0.00", "land_rent": "0.00",
    "asset_dividend": "0.00", "business_expense": "500.00", "total_income": "17000.00", "net_income": "16500.00", "per_capita": "8250.00",
}  # fmt: skip
FORMS = {
    "household-register": Sample(
        {"households.household_no": "99010110000000001", **about(), "households.village_code": "甲村", "households.population": 3,
         "households.main_cause": "缺劳动力", "households.poverty_status": "脱贫", "households.exit_year": 2019, "households.relocated": "否",
         "pairings.helper_no": HELPER, "helper_unit": "县财政局", "pairings.started_on": "2020-02-01"},
        {"households": {"household_no": "H0000001", "population": "3", "main_cause": "缺劳力", "poverty_status": "已脱贫", "exit_year": "2019"},
         "pairings": {"pairing_id": "J0000002", "household_no": "H0000001", "helper_no": "B00001", "role": "帮扶责任人"}}),
    "exited-register": Sample(
        {**about(), "households.village_code": "甲村", "households.population": 2, "households.exit_year": "2018年", "households.main_cause": "因病致贫",
         "households.poverty_status": "脱贫"},
        {"households": {"household_no": "H0000001", "exit_year": "2018", "poverty_status": "已脱贫", "main_cause": "因病"}}),
    "member-register": Sample(
        {"members.household_no": "99010110000000001", "members.member_no": "9901011000000000101", "members.name": NAMES[1],
         "members.id_no": NUMBERS[1], "members.relation": "妻子", "members.sex": "女", "members.ethnicity": "苗族", "members.education": "小学",
         "members.health": "慢性病", "members.work_region": "省外", "members.work_months": 6, "members.monthly_wage": 3000},
        {"members": {"member_no": "M00000002", "household_no": "H0000001", "relation": "配偶", "ethnicity": "苗", "education": "小学",
                     "health": "长期慢性病", "work_region": "省外务工", "work_months": "6", "monthly_wage": "3000.00"}}),
    "monitored": Sample(
        {**about(), "monitoring.category": "脱贫不稳定户", "monitoring.identified_on": "2020-03-14", "list": "因病,因学", "monitoring.per_capita": 5200,
         "monitoring.self_paid_medical": 300, "monitoring.clue_source": "自主申报", "monitoring.dev_measures_state": "未实施",
         "monitoring.contact_helper": HELPER, "monitoring.case_id": "Z2020-00001"},
        {"monitoring": {"monitoring_id": "W000001", "household_no": "H0000001", "risk_1": "因病", "risk_2": "因学", "per_capita": "5200.00",
                        "clue_source": "农户自主申报", "contact_helper": "B00001"}}),
    "pairing-list": Sample(
        {**about(), "pairings.helper_no": HELPER, "helper_unit": "县财政局", "pairings.started_on": "2020-01-05"},
        {"pairings": {"pairing_id": "J0000002", "household_no": "H0000001", "helper_no": "B00001", "started_on": "2020-01-05"}}),
    "project-pool-2018": project("30"),
    "project-pool-2021": project("30"),
    "fund-projects": project("30"),
    "fund-ledger": Sample(
        {"allocations.doc_no": "示财〔2020〕1号", "allocations.name": "中央专项资金", "allocations.source_level": "中央资金", "allocations.programme": "产业扶贫",
         "allocations.amount": 5000000, "allocations.received_on": "2020-04-01", "allocations.using_unit": "县财政局", "allocations.year": 2020},
        {"allocations": {"allocation_id": "N2020-002", "name": "中央专项资金", "year": "2020", "source_level": "中央", "amount": "5000000.00",
                         "using_unit": "U001"}}),
    "fund-payments": Sample(
        {"payments.project_id": "茶园项目", "payments.allocation_id": "示财〔2020〕1号", "payments.amount": 300000, "payments.paid_on": "2020-05-01",
         "payments.payment_stage": "进度款", "payments.payee_kind": "部门", "payments.payee_unit": "县财政局", "payments.pay_channel": "转账",
         "payments.purpose": "工程款"},
        {"payments": {"payment_id": "F0000002", "project_id": PROJECT, "allocation_id": "N2020-001", "amount": "300000.00", "payee_unit": "U001"}}),
    "card-payments": Sample(
        paid(**{"subsidies.benefit": "产业到户奖补", "subsidies.units": 3, "subsidies.standard": 200}), subsidy("产业奖补", "3.00", "200.00")),
    "public-jobs": Sample(
        {**about(), "members.public_job": "生态护林员", "members.public_job_months": 12, "posts.started_on": "2020-01-01", "posts.monthly_pay": 800,
         "posts.fund": "衔接资金", "posts.village_code": "甲村"},
        {"members": {"member_no": "M00000001", "public_job": "护林员", "public_job_months": "12"},
         "posts": {"member_no": "M00000001", "post": "护林员", "monthly_pay": "800.00", "village_code": "990101100001"}}),
    "yulu": Sample(
        paid(1, **{"subsidies.units": 1, "subsidies.standard": 600}), subsidy("雨露计划补助", "1.00", "600.00", member_no=SCHOOLBOY)),
    "school-aid": Sample(
        paid(1, **{"subsidies.benefit": "学前资助", "subsidies.units": 1, "subsidies.standard": 600}),
        subsidy("学前教育资助", "1.00", "600.00", member_no=SCHOOLBOY)),
    "loans": Sample(
        {**about(), "loans.amount": 50000, "loans.bank_unit": "县财政局", "loans.purpose": "养殖业", "loans.lent_on": "2020-03-01",
         "loans.due_on": "2023-03-01", "loans.annual_rate": 4.35, "loans.subsidised": "是"},
        {"loans": {"loan_id": "K000001", "household_no": "H0000001", "member_no": "M00000001", "amount": "50000.00", "bank_unit": "U001",
                   "purpose": "养殖", "annual_rate": "4.35"}}),
    "village-facts": Sample(
        {"villages.village_code": "甲村", "villages.village_class": "一般村", "villages.households": 329, "villages.population": 1400, "villages.farmland_mu": 2000,
         "villages.collective_income": 50000, "villages.hard_road": "是"},
        {"villages": {"village_code": "990101100001", "households": "329", "population": "1400", "collective_income": "50000.00", "hard_road": "是"}}),
    "income-sheet": Sample(
        {**about(), "incomes.record_year": 2020, "incomes.period_start": "2019-10-01", "incomes.period_end": "2020-09-30",
         "incomes.income_measure": "人均纯收入", "incomes.population": 2, **{f"incomes.{name}": float(text) for name, text in INCOME.items()}},
        {"incomes": {"household_no": "H0000001", "record_year": "2020", **INCOME}}),
    "visits": Sample(
        {**about(), "helper": HELPER, "contacts.contacted_on": "2020-04-10", "contacts.contact_kind": "入户走访"},
        {"contacts": {"pairing_id": "J0000001", "contacted_on": "2020-04-10", "contact_kind": "走访"}}),
    "trainings": Sample(
        {"trainings.course_no": "P2020-001", **about(), "trainings.training_kind": "农村实用技术", "trainings.demand_basis": "产业",
         "trainings.started_on": "2020-05-01", "trainings.ended_on": "2020-05-10", "trainings.certified": "是"},
        {"trainings": {"course_no": "P2020-001", "member_no": "M00000001", "training_kind": "实用技术", "certified": "是"}}),
    "house-repair": Sample(
        paid(**{"subsidies.standard": 600}), subsidy("危房改造补助", "1.00", "600.00")),
    "medical": Sample(
        {"members.name": NAMES[0], "members.id_no": NUMBERS[0], "members.med_ins_resident": "未参保", "members.med_ins_employee": "是"},
        {"members": {"member_no": "M00000001", "med_ins_resident": "否", "med_ins_employee": "是"}}),
    "dibao": Sample(
        paid(**{"subsidies.units": 2, "subsidies.standard": 300}), subsidy("低保金", "2.00", "300.00")),
    "assets": Sample(
        {"assets.name": "甲村茶厂", "assets.asset_kind": "经营性资产", "place": "古镇甲村", "assets.project_id": "茶园项目", "assets.value": 120000,
         "assets.handed_over_on": "2020-03-01", "assets.state": "正常"},
        {"assets": {"name": "甲村茶厂", "asset_kind": "经营性", "village_code": "990101100001", "project_id": PROJECT, "value": "120000.00",
                    "state": "在用"}}),
    "donations": Sample(
        {"ledgers.entered_on": "2020-05-05", "ledgers.amount": 10000, "ledgers.unit_code": "县财政局", "ledgers.purpose": "助学",
         "ledgers.campaign": "企业捐赠", "ledgers.balance": 10000},
        {"ledgers": {"ledger": "社会捐赠", "entry_kind": "收入", "amount": "10000.00", "unit_code": "U001", "entry_no": "L000001"}}),
    "clues": Sample(
        {**about(), "clues.clue_kind": "有车辆", "clues.source_unit": "县财政局", "clues.found_on": "2020-05-24", "clues.verify_by": "2020-06-08",
         "clues.outcome": "不属实"},
        {"clues": {"clue_id": "Y000001", "household_no": "H0000001", "clue_kind": "有车", "source_unit": "U001", "outcome": "不属实"}}),
    "migrant-work": Sample(
        {"members.name": NAMES[0], "members.id_no": NUMBERS[0], "members.work_region": "县外省内", "members.work_months": 8,
         "members.monthly_wage": 4000, "members.job_channel": "外出务工"},
        {"members": {"member_no": "M00000001", "work_region": "县外省内务工", "work_months": "8", "monthly_wage": "4000.00"}}),
}  # fmt: skip
