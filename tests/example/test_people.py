"""The example's people: the plans' totals, and that a household's facts agree with one another, by SQL on the committed files,
which the generator makes again byte for byte (tests/test_records.py)."""

from __future__ import annotations

import pytest

from gongshi.package import load
from gongshi.repository import WorkTree
from support import ROOT

LIVE = "(SELECT * FROM members WHERE life_status IN ('正常', '转入'))"
AGE = "date_diff('month', (birth_ym || '-01')::DATE, DATE '2020-06-01') // 12"
ABLE = "labour IN ('普通劳动力', '技能劳动力')"
HEAD_OF = "members AS h JOIN members AS x USING (household_no) WHERE h.relation"
MONTHS = "date_diff('month', (h.birth_ym || '-01')::DATE, (x.birth_ym || '-01')::DATE)"


@pytest.fixture(scope="module")
def sql():
    """Rows of a query over the tables of text as they are read, in which an empty cell is ''."""
    with load(WorkTree(ROOT)) as database:
        database.sql("SET search_path = 'told,raw'")
        yield database.sql


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT count(*) FROM households", (8696,)),
        (f"SELECT count(*) FROM {LIVE}", (24123,)),
        ("SELECT count(*) FROM villages", (228,)),
        ("SELECT count(*) FROM divisions WHERE level = '乡镇'", (15,)),
        (
            "SELECT count(DISTINCT unit_code), count(DISTINCT village_code) FROM pairings WHERE role = '结对单位'",
            (129, 228),
        ),
        ("SELECT count(*) FROM measures WHERE item = '雨露计划'", (194,)),
        ("SELECT count(*) FROM trainings WHERE training_kind = '雨露计划'", (194,)),
        (
            "SELECT count(*), sum(population::INT), count(DISTINCT village_code), count(DISTINCT left(village_code, 9)),"
            " count(DISTINCT (village_code, group_name)) FROM households WHERE relocated = '是'",
            (297, 928, 53, 15, 112),
        ),
        (
            "SELECT count(*), sum(population::INT) FROM households WHERE village_code LIKE '990101106%'",
            (377, 1182),
        ),
        ("SELECT count(*) FROM households WHERE village_code LIKE '990101103%'", (115,)),
        (
            "SELECT households, population, paddy_mu, dry_mu, farmland_mu, groups, hamlets, net_income_pc, village_tier"
            " FROM villages JOIN divisions ON division_code = village_code WHERE name = '岩脚村'",
            ("207", "922", "436.00", "60.00", "496.00", "5", "5", "2350.00", "二类"),
        ),
        (
            "SELECT count(*), sum(h.population::INT) FROM households AS h JOIN divisions ON division_code = village_code"
            " WHERE name = '岩脚村'",
            (107, 419),
        ),
        ("SELECT count(DISTINCT assistance_class), count(*) FROM members WHERE assistance_class <> ''", (6, 1182)),
    ],
)
def test_total_of_a_plan(sql, query, expected):
    assert sql(query) == [expected]


@pytest.mark.parametrize(
    ("label", "households", "persons"),
    [("扶贫户", 2909, 8691), ("扶贫低保户", 1129, 3196), ("纯低保户", 3890, 11442), ("五保户", 768, 794)],
)
def test_class(sql, label, households, persons):
    query = f"SELECT count(DISTINCT household_no), count(*) FROM households JOIN {LIVE} USING (household_no)"
    assert sql(f"{query} WHERE household_class = '{label}'") == [(households, persons)]


@pytest.mark.parametrize(
    ("name", "households", "persons"),
    [
        ("东阳乡", 588, 1633),
        ("毛村镇", 496, 1516),
        ("嵩峰乡", 1078, 2436),
        ("铜钹山镇", 827, 2216),
        ("古镇", 1679, 4495),
    ],
)
def test_township(sql, name, households, persons):
    query = "SELECT count(*), sum(population::INT) FROM households JOIN divisions AS d"
    query += " ON d.division_code = left(village_code, 9) || '000'"
    assert sql(f"{query} WHERE name = '{name}'") == [(households, persons)]


def test_guzhen(sql):
    query = (
        "SELECT count(*), sum(population::INT) FROM households WHERE village_code LIKE '990101100%' AND poverty_status"
    )
    assert sql(f"{query} = '已脱贫'") == [(1654, 4425)]
    assert sql(f"{query} = '未脱贫'") == [(25, 70)]
    query = "SELECT village_class, count(*) FROM villages WHERE village_code LIKE '990101100%' AND collective_income::DECIMAL"
    assert sql(f"{query} >= 100000 GROUP BY 1") == [("重点贫困村", 3)]
    assert sum(count for _, count in sql(f"{query} BETWEEN 50000 AND 99999 GROUP BY 1")) == 8


@pytest.mark.parametrize(
    ("name", "households"),
    [("边岩村", 76), ("小寨村", 56), ("跃进村", 81), ("东原村", 54), ("平桥村", 79), ("真静村", 66)],
)
def test_college_has_every_household_of_its_villages(sql, name, households):
    query = "SELECT count(*), count(DISTINCT h.household_no) FROM households AS h JOIN divisions ON division_code = village_code"
    query += " JOIN pairings AS p USING (household_no) JOIN helpers USING (helper_no) JOIN units ON units.unit_code = helpers.unit_code"
    where = f" WHERE divisions.name = '{name}' AND units.name LIKE '%学院' AND role = '帮扶责任人'"
    assert sql(query + where) == [(households, households)]


def test_college_staff_fits(sql):
    ((in_post,),) = sql(
        "SELECT staff::INT - retiring_staff::INT - hardship_staff::INT FROM units WHERE name LIKE '%学院'"
    )
    ((helpers,),) = sql("SELECT count(*) FROM helpers JOIN units USING (unit_code) WHERE units.name LIKE '%学院'")
    ((leaders,),) = sql(
        "SELECT count(DISTINCT p.village_code) FROM pairings AS p JOIN helpers USING (helper_no) JOIN units"
        " ON units.unit_code = helpers.unit_code WHERE role = '联系领导' AND units.name LIKE '%学院'"
    )
    assert (in_post, leaders) == (helpers, 6)


# Each query counts the records that break a rule of the domain.
FAULTS = {
    "population": f"households AS h WHERE population::INT <> (SELECT count(*) FROM {LIVE} AS m"
    " WHERE m.household_no = h.household_no)",
    "one head": "(SELECT 1 FROM members GROUP BY household_no HAVING count(*) FILTER (relation = '户主') <> 1"
    " OR count(*) FILTER (relation = '配偶') > 1)",
    "spouses": f"{HEAD_OF} = '户主' AND x.relation = '配偶' AND h.sex = x.sex",
    "relation and sex": "members WHERE (relation IN ('之子', '之父', '之孙子') AND sex = '女')"
    " OR (relation IN ('之女', '之儿媳', '之母', '之孙女') AND sex = '男')",
    "children": f"{HEAD_OF} IN ('户主', '配偶') AND x.relation IN ('之子', '之女') AND {MONTHS} < 192",
    "parents": f"{HEAD_OF} = '户主' AND x.relation IN ('之父', '之母') AND {MONTHS} > -192",
    "schooling": "members WHERE (education = '') = (enrolment = '')",
    "at school": f"{LIVE} WHERE {AGE} BETWEEN 6 AND 15 AND enrolment IN ('', '学龄前儿童', '学前教育')",
    "primary school": f"{LIVE} WHERE enrolment = '小学' AND {AGE} NOT BETWEEN 6 AND 14",
    "middle school": f"{LIVE} WHERE enrolment LIKE '_年级' AND {AGE} NOT BETWEEN 12 AND 17",
    "senior school": f"{LIVE} WHERE regexp_matches(enrolment, '高中|中职') AND {AGE} NOT BETWEEN 15 AND 20",
    "no labour": f"members WHERE ({AGE} < 16 OR enrolment <> '') AND labour <> '无劳动力'",
    "the healthy work": f"{LIVE} WHERE {AGE} BETWEEN 16 AND 59 AND health = '健康' AND enrolment = '' AND NOT {ABLE}",
    "work without labour": "members WHERE labour IN ('无劳动力', '丧失劳动力') AND (work_months <> '' OR public_job <> '')",
    "disability": "members WHERE (health = '残疾') <> (disability_kind <> '')",
    "insurance": "members WHERE med_ins_resident = med_ins_employee OR critical_ins <> '是'",
    "public jobs": f"members WHERE (public_job = '') <> (public_job_months = '') OR (public_job <> '' AND {AGE} > 69)",
    "whole household without labour": "households AS h WHERE (whole_no_labour = '是') = EXISTS (SELECT 1 FROM"
    f" {LIVE} AS m WHERE m.household_no = h.household_no AND {ABLE})",
    "cause illness": f"households AS h WHERE '因病' IN (main_cause, second_cause, third_cause) AND NOT EXISTS (SELECT 1"
    f" FROM {LIVE} AS m WHERE m.household_no = h.household_no AND health IN ('长期慢性病', '患有大病'))",
    "cause disability": f"households AS h WHERE '因残' IN (main_cause, second_cause, third_cause) AND NOT EXISTS (SELECT 1"
    f" FROM {LIVE} AS m WHERE m.household_no = h.household_no AND health = '残疾')",
    "cause schooling": f"households AS h WHERE '因学' IN (main_cause, second_cause, third_cause) AND NOT EXISTS (SELECT 1"
    f" FROM {LIVE} AS m WHERE m.household_no = h.household_no AND enrolment <> '')",
    "poor without dibao": "households JOIN members USING (household_no) WHERE household_class = '扶贫户' AND dibao <> '未享受'",
    "dibao household": "households AS h WHERE household_class IN ('扶贫低保户', '纯低保户') AND NOT EXISTS (SELECT 1"
    " FROM members AS m WHERE m.household_no = h.household_no AND dibao <> '未享受')",
    "wubao": "households JOIN members USING (household_no) WHERE household_class = '五保户'"
    " AND (tekun = '不享受' OR labour NOT IN ('无劳动力', '丧失劳动力'))",
    "wages": f"incomes AS i WHERE (wage_income::DECIMAL > 0) <> EXISTS (SELECT 1 FROM {LIVE} AS m"
    " WHERE m.household_no = i.household_no AND work_months <> '')",
    "farm costs": "incomes WHERE (business_income::DECIMAL > 0) <> (business_expense::DECIMAL > 0)",
    "dibao money": "incomes AS i WHERE (dibao_income::DECIMAL > 0) <> EXISTS (SELECT 1 FROM members AS m"
    " WHERE m.household_no = i.household_no AND dibao <> '未享受')",
    "income a head": "(SELECT (net_income::DECIMAL(12, 2) * 100)::BIGINT AS net, population::INT AS n,"
    " (per_capita::DECIMAL(12, 2) * 100)::BIGINT AS a FROM incomes) WHERE a <> (2 * net + n) // (2 * n)",
    "exited below the line": "households JOIN incomes USING (household_no) WHERE poverty_status = '已脱贫'"
    " AND record_year = '2019' AND per_capita::DECIMAL < 6000 AND household_no NOT IN"
    " (SELECT household_no FROM monitoring WHERE removed_on = '')",
    "exited and unsafe": "households JOIN conditions USING (household_no) WHERE poverty_status = '已脱贫'"
    " AND (house_safety <> '安全' OR water_safe <> '是')",
    "removed too early": "monitoring WHERE removed_on <> '' AND removed_on::DATE < identified_on::DATE + INTERVAL 6 MONTH",
    "loans": f"loans JOIN members USING (member_no) WHERE amount::DECIMAL > 50000 OR {AGE} NOT BETWEEN 18 AND 65"
    " OR due_on::DATE > lent_on::DATE + INTERVAL 3 YEAR OR (due_on < '2020-06-30' AND repaid_on NOT BETWEEN lent_on AND due_on)",
    "load": "(SELECT helper_rank, count(*) AS n FROM pairings JOIN helpers USING (helper_no) WHERE role = '帮扶责任人'"
    " AND ended_on = '' GROUP BY helper_no, helper_rank) WHERE n <> CASE helper_rank WHEN '县处级' THEN 3 WHEN '乡科级' THEN 2"
    " ELSE 1 END",
    "one person responsible": "households AS h WHERE 1 <> (SELECT count(*) FROM pairings AS p"
    " WHERE p.household_no = h.household_no AND role = '帮扶责任人' AND ended_on = '')",
    "gaps at a handover": "pairings AS o JOIN pairings AS n ON o.replaced_by = n.pairing_id"
    " WHERE n.started_on::DATE <> o.ended_on::DATE + 1 OR o.household_no <> n.household_no",
    "visits of a year": "households AS h WHERE 4 > (SELECT count(*) FROM pairings AS p JOIN contacts USING (pairing_id)"
    " WHERE p.household_no = h.household_no AND contact_kind = '走访' AND contacted_on LIKE '2019-%')",
    "two on one day": "(SELECT 1 FROM pairings JOIN contacts USING (pairing_id) WHERE household_no <> ''"
    " GROUP BY household_no, contacted_on HAVING count(DISTINCT helper_no) > 1)",
    "contacts outside": "pairings JOIN contacts USING (pairing_id) WHERE contacted_on < started_on"
    " OR contacted_on > if(ended_on = '', '2020-06-30', ended_on)",
    "fifteen days": "(SELECT 1 FROM pairings JOIN helpers USING (helper_no) JOIN units ON units.unit_code = helpers.unit_code"
    " JOIN contacts USING (pairing_id) WHERE units.name LIKE '%学院' AND contacted_on LIKE '2019-%' GROUP BY helper_no"
    " HAVING count(DISTINCT contacted_on) < 15)",
    "events": "households AS h WHERE poverty_status <> if(EXISTS (SELECT 1 FROM \"status-events\" AS e"
    " WHERE e.household_no = h.household_no AND event = '脱贫' AND left(occurred_on, 4) = exit_year), '已脱贫', '未脱贫')",
    "cases of events": "\"status-events\" WHERE (case_id, household_no) NOT IN"
    " (SELECT (case_id, household_no) FROM \"case-households\")",
    "order of steps": "(SELECT done_on, lag(done_on) OVER (PARTITION BY case_id ORDER BY step_no::INT) AS before"
    ' FROM "case-steps") WHERE before > done_on',
    "days of a notice": "\"case-steps\" JOIN notices USING (notice_id) WHERE step LIKE '%公示'"
    " AND ends_on::DATE - starts_on::DATE + 1 < if(notice_kind IN ('监测公示', '风险消除公示'), 5, 7)",
    "step after its notice": '"case-steps" JOIN notices USING (notice_id) WHERE done_on < ends_on',
    "fifteen days to decide": "\"case-steps\" AS a JOIN \"case-steps\" AS b USING (case_id) WHERE a.step = '风险线索'"
    " AND b.step = '县级审批' AND b.done_on::DATE - a.done_on::DATE > 15",
    "land": "villages AS v WHERE farmland_mu::DECIMAL(12, 2) < (SELECT sum(farmland_mu::DECIMAL(12, 2)) FROM conditions"
    " JOIN households AS h USING (household_no) WHERE h.village_code = v.village_code)",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no(sql, fault):
    assert sql(f"SELECT count(*) FROM {FAULTS[fault]}") == [(0,)]


def test_two_persons_visit_each_household_of_guzhen_still_poor_every_month(sql):
    query = (
        "SELECT p.household_no, role, count(DISTINCT left(contacted_on, 7)) FROM pairings AS p JOIN households"
        " USING (household_no) JOIN contacts USING (pairing_id) WHERE households.village_code LIKE '990101100%' AND poverty_status = '未脱贫'"
        " AND contacted_on >= '2019-07-01' AND ended_on = '' GROUP BY ALL"
    )
    rows = sql(query)
    assert len(rows) == 50
    assert {(role, months) for _, role, months in rows} == {("帮扶责任人", 12), ("联系人", 12)}


def test_exit_has_every_step(sql):
    steps = "民主评议 村级核实 农户认可 村内公示 乡镇审核 县级审批 公告 系统标注"
    query = 'SELECT list(step ORDER BY step_no::INT) FROM "case-steps" JOIN cases USING (case_id) WHERE procedure'
    assert {tuple(row[0]) for row in sql(f"{query} = '退出' GROUP BY case_id")} == {tuple(steps.split())}
    steps = "农户申请 民主评议 村级核实 第一次公示 乡镇审核 第二次公示 县级审批 公告 建档录入"
    assert {tuple(row[0]) for row in sql(f"{query} = '识别' GROUP BY case_id")} == {tuple(steps.split())}
