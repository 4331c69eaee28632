"""The example's money: the plans' totals, and that what must add up or follow in time does, by SQL on the committed
files, which the generator makes again byte for byte (tests/test_records.py)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from example.money_base import Clock, yuan
from example.world import AS_OF
from gongshi.checks import check_records
from gongshi.package import load
from gongshi.repository import WorkTree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def database():
    with load(WorkTree(ROOT)) as database:
        yield database


MONEY = {
    "allocations", "assets", "calendar", "complaints", "county", "documents", "indicators", "inspection-findings",
    "inspections", "ledgers", "lines", "notice-objections", "notice-projects", "notices", "payments", "project-budget",
    "project-changes", "project-stages", "project-villages", "projects", "subsidies",
}  # fmt: skip

TOTALS = {
    "accepted works and what they were paid": (
        """SELECT count(DISTINCT project_id) FILTER (category <> '水库移民后扶'),
             count(DISTINCT project_id) FILTER (category = '水库移民后扶'), sum(y.amount)
           FROM projects p JOIN payments y USING (project_id) WHERE accepted_on IS NOT NULL AND p.year = 2019""",
        (26, 53, "3460000.00"),
    ),
    "whole villages": (
        "SELECT count(*), sum(budget_total) FROM projects WHERE sub_category = '整村推进' AND year = 2020",
        (20, "3000000.00"),
    ),
    "education fund": (
        """SELECT sum(amount) FILTER (entry_kind = '收入'), count(*) FILTER (entry_kind = '收入')
           FROM ledgers WHERE ledger = '教育扶贫资金'""",
        ("76000000.00", 4),
    ),
    "education allocations": (
        "SELECT sum(amount), count(*) FROM allocations WHERE name LIKE '2020年教育扶贫资金%'",
        ("76000000.00", 4),
    ),
    "reservoir migrants": (
        """SELECT count(*), count(DISTINCT member_no), sum(amount), min(standard), max(standard) FROM subsidies
           WHERE benefit = '水库移民直补' AND period = '2020-Q1'""",
        (3907, 3907, "586050.00", "150.00", "150.00"),
    ),
    "rain plan": (
        "SELECT count(*), count(DISTINCT member_no) FROM subsidies WHERE benefit = '雨露计划补助'",
        (194, 194),
    ),
    "gifts in 常乐镇": (
        """SELECT count(DISTINCT household_no) FILTER (period = '2019'), count(DISTINCT household_no)
           FROM subsidies WHERE benefit = '慰问物资'""",
        (115, 115),
    ),
    "subsidy rows stay few": ("SELECT count(*) < 60000 FROM subsidies", (True,)),
    "plan 7: unit price times quantity": (
        """SELECT sum(b.amount) FROM projects p JOIN "project-budget" b USING (project_id)
           WHERE p.name LIKE '%岩脚村%' AND b.source_level <> '自筹'""",
        ("4074000.00",),
    ),
}


@pytest.mark.parametrize("name", TOTALS)
def test_totals(database, name):
    query, expected = TOTALS[name]
    found = tuple(str(value) if hasattr(value, "quantize") else value for value in database.sql(query)[0])
    assert found == expected


# Each query answers what breaks the rule.
RULES = {
    "budget is unit price times quantity": """
        SELECT project_id FROM projects p JOIN (SELECT project_id, sum(amount) AS fiscal FROM "project-budget"
          WHERE source_level <> '自筹' GROUP BY ALL) b USING (project_id)
        WHERE unit_price IS NOT NULL AND abs(quantity * unit_price - fiscal) > 0.01 * fiscal""",
    "fund and project are of one programme": """
        SELECT project_id FROM "project-budget" JOIN projects p USING (project_id)
        JOIN allocations a USING (allocation_id) WHERE a.programme <> p.category OR a.year <> p.year""",
    "payment after the rules came into force": """
        SELECT payment_id FROM payments WHERE paid_on < (SELECT max(effective_from) FROM documents WHERE doc_kind = '实施细则')""",
    "payment after the notice before the work": """
        SELECT y.payment_id FROM payments y JOIN projects p USING (project_id)
        LEFT JOIN notices n ON n.notice_id = p.notice_before WHERE n.ends_on IS NULL OR paid_on <= n.ends_on""",
    "payment after the money came": """
        SELECT payment_id FROM payments y JOIN allocations a USING (allocation_id) WHERE y.paid_on < a.received_on""",
    "approval and first payment within thirty days of the money": """
        SELECT allocation_id FROM allocations a JOIN payments y USING (allocation_id)
        JOIN "project-stages" s ON s.project_id = y.project_id AND s.stage = '县级审批'
        GROUP BY allocation_id, received_on
        HAVING min(paid_on) - received_on > 30 OR max(s.done_on) - received_on > 30""",
    "final payment after acceptance, claim and notice": """
        SELECT y.payment_id FROM payments y JOIN projects p USING (project_id) JOIN notices n ON n.notice_id = p.notice_after
        JOIN "project-stages" s ON s.project_id = p.project_id AND s.stage = '乡级报账'
        WHERE payment_stage = '结算款' AND (accepted_on IS NULL OR paid_on <= s.done_on OR paid_on <= n.ends_on)""",
    "advance at most 40 %, at most 90 % within a year": """
        SELECT project_id FROM payments y JOIN projects p USING (project_id) WHERE payment_stage <> '直补'
        GROUP BY project_id, budget_total
        HAVING sum(amount) FILTER (payment_stage = '预拨') > 0.4 * budget_total OR sum(amount) > 0.9 * budget_total""",
    "management fee at most 1 %": """
        SELECT project_id FROM payments JOIN projects USING (project_id) WHERE payment_stage = '管理费'
        AND amount > 0.01 * budget_total""",
    "only planned and approved projects are paid": """
        SELECT payment_id FROM payments JOIN projects USING (project_id)
        WHERE NOT in_plan OR approval_level <> '县' OR approval_doc IS NULL""",
    "payment changes after a change of plan wait for its notice": """
        SELECT y.payment_id FROM payments y JOIN "project-changes" c USING (project_id) JOIN notices n USING (notice_id)
        WHERE paid_on BETWEEN changed_on AND ends_on""",
    "change ends at the budget": """
        SELECT project_id FROM "project-changes" JOIN projects USING (project_id) WHERE amount_after <> budget_total""",
    "steps in order": """
        SELECT project_id FROM (SELECT project_id, done_on, lag(done_on) OVER (PARTITION BY project_id ORDER BY
          list_position(['乡镇申报','县级审批','招标','开工','竣工','乡镇初检','县级验收','乡级报账','决算','移交'], stage)) AS before
          FROM "project-stages") WHERE done_on <= before""",
    "steps are past": """SELECT project_id FROM "project-stages" WHERE done_on > DATE '2020-06-30'""",
    "古镇 applies by April and starts by May": """
        SELECT project_id FROM projects p JOIN "project-stages" s USING (project_id) WHERE township_code = '990101100000'
        AND year = 2020 AND in_plan AND (s.stage = '乡镇申报' AND done_on > '2020-04-30'
          OR s.stage = '开工' AND done_on > '2020-05-31' OR planned_end > '2020-09-30')""",
    "industry has a benefit link and poor beneficiaries": """
        SELECT project_id FROM projects WHERE category = '产业扶贫' AND (benefit_link IS NULL OR benef_poor_households = 0)""",
    "tender from 400,000": """
        SELECT project_id FROM projects p JOIN payments y USING (project_id) WHERE budget_total >= 400000
        AND payee_kind IN ('施工单位', '合作社') AND procurement_doc IS NULL""",
    "no splitting below the limit": """
        SELECT owner_unit FROM projects WHERE procurement_doc IS NULL AND category IN ('产业扶贫', '村基础设施',
          '生活条件改善', '水库移民后扶', '村公共服务') AND in_plan AND sub_category NOT IN ('移民直补', '到户产业奖补')
        GROUP BY owner_unit, date_trunc('month', planned_start) HAVING sum(budget_total) >= 400000""",
    "accepted not more than planned, cost within 110 %": """
        SELECT project_id FROM projects WHERE accepted_quantity > quantity OR final_cost > 1.1 * budget_total""",
    "every project is in a plan's or the pool's notice": """
        SELECT project_id FROM projects p WHERE NOT EXISTS (SELECT 1 FROM "notice-projects" x JOIN notices n USING (notice_id)
          WHERE x.project_id = p.project_id AND n.notice_kind = CASE WHEN in_plan THEN '年度计划公告' ELSE '项目库公示' END
          AND n.ends_on < coalesce((SELECT min(paid_on) FROM payments y WHERE y.project_id = p.project_id), '2020-06-30'))""",
    "every project has a village": """
        SELECT project_id FROM projects WHERE project_id NOT IN (SELECT project_id FROM "project-villages")""",
    "every project reaches a household": """
        SELECT project_id FROM projects WHERE project_id NOT IN (SELECT project_id FROM measures WHERE project_id IS NOT NULL)""",
    "a project's measures are in its villages": """
        SELECT m.measure_id FROM measures m JOIN households h USING (household_no) JOIN projects p USING (project_id)
        WHERE NOT EXISTS (SELECT 1 FROM "project-villages" v WHERE v.project_id = p.project_id
          AND v.village_code = h.village_code)""",
    "batch counts persons": """
        SELECT y.payment_id FROM payments y JOIN subsidies s USING (payment_id) GROUP BY y.payment_id, y.persons, y.amount
        HAVING y.persons <> count(DISTINCT coalesce(s.member_no, s.household_no)) OR sum(s.amount) <> y.amount""",
    "batch without subsidies": """
        SELECT payment_id FROM payments WHERE payee_kind = '一卡通批次'
        AND payment_id NOT IN (SELECT payment_id FROM subsidies)""",
    "batch is shown in the township for ten days before": """
        SELECT DISTINCT y.payment_id FROM payments y JOIN subsidies s USING (payment_id) JOIN households h USING (household_no)
        WHERE NOT EXISTS (SELECT 1 FROM notices n JOIN "notice-projects" p USING (notice_id)
          WHERE n.notice_kind = '补助发放公示' AND p.project_id = y.project_id AND n.closed_on < y.paid_on
          AND left(n.division_code, 9) = left(h.village_code, 9) AND n.ends_on - n.starts_on >= 9
          AND y.paid_on - n.ends_on <= 15)""",
    "nothing for who is gone": """
        SELECT subsidy_id FROM subsidies JOIN members m USING (member_no) WHERE life_status NOT IN ('正常', '转入')""",
    "nothing before who came": """
        SELECT subsidy_id FROM subsidies s JOIN members m USING (member_no)
        WHERE life_status = '转入' AND m.life_status_ym > strftime(s.paid_on, '%Y-%m')""",
    "member of the household": """
        SELECT subsidy_id FROM subsidies s JOIN members m USING (member_no) WHERE s.household_no <> m.household_no""",
    "registered when paid": """
        SELECT subsidy_id FROM subsidies JOIN households USING (household_no) WHERE identified_on > paid_on""",
    "once only": """
        SELECT benefit FROM subsidies GROUP BY benefit, period, household_no, member_no HAVING count(*) > 1""",
    "no relief with support": """
        SELECT a.household_no FROM subsidies a JOIN subsidies b USING (household_no, period)
        JOIN members m ON m.member_no = b.member_no
        WHERE a.benefit = '低保金' AND b.benefit = '特困供养金' AND m.dibao <> '未享受'""",
    "meals at most 100 days a term": """
        SELECT subsidy_id FROM subsidies WHERE benefit = '营养膳食补助' AND (units > 100 OR standard <> 4)""",
    "boarders by school": """
        SELECT subsidy_id FROM subsidies JOIN members USING (member_no) WHERE benefit = '寄宿生生活补助'
        AND (NOT boarding OR standard <> CASE WHEN enrolment = '小学' THEN 500 ELSE 625 END)""",
    "boarders all paid": """
        SELECT member_no FROM members WHERE boarding AND life_status = '正常'
        AND enrolment IN ('小学', '七年级', '八年级', '九年级')
        AND member_no NOT IN (SELECT member_no FROM subsidies WHERE benefit = '寄宿生生活补助' AND period = '2020-S1')""",
    "relief paid where it is held": """
        SELECT DISTINCT household_no FROM members WHERE dibao <> '未享受' AND life_status = '正常'
        AND household_no NOT IN (SELECT household_no FROM subsidies WHERE benefit = '低保金' AND period = '2020-Q2')""",
    "migrants: none of the seven reasons": """
        SELECT subsidy_id FROM subsidies JOIN members USING (member_no) WHERE benefit = '水库移民直补'
        AND (life_status <> '正常' OR in_service OR enrolment SIMILAR TO '(中职|高职|技师|本科|硕士).*')""",
    "rain plan in vocational schools": """
        SELECT subsidy_id FROM subsidies JOIN members USING (member_no) WHERE benefit = '雨露计划补助'
        AND NOT coalesce(enrolment SIMILAR TO '(中职|高职).*', false)""",
    "parents of documents exist and are not younger": """
        SELECT d.doc_no FROM documents d JOIN documents p ON p.doc_no = d.parent_doc WHERE p.issued_on > d.issued_on""",
    "allocations announced": """
        SELECT allocation_id FROM allocations WHERE NOT EXISTS (
          SELECT 1 FROM notices WHERE notice_kind = '资金分配公告' AND starts_on = published_on)""",
    "project notices hang ten days": """
        SELECT notice_id FROM notices WHERE notice_kind SIMILAR TO '(项目|实施|竣工|补助|资金|年度|收益).*'
        AND ends_on - starts_on < 9""",
    "closed when over, open when not": """
        SELECT notice_id FROM notices WHERE (result IS NULL) <> (closed_on IS NULL) OR closed_on <= ends_on
        OR closed_on > '2020-06-30' OR result IS NULL AND ends_on < '2020-06-26'""",
    "objections answered": """
        SELECT notice_id FROM "notice-objections" o JOIN notices n USING (notice_id) WHERE n.closed_on IS NOT NULL
        AND (answered_on IS NULL OR answered_on > n.closed_on OR raised_on NOT BETWEEN starts_on AND ends_on)""",
    "findings closed only with all three, open ones not overdue": """
        SELECT inspection_id FROM "inspection-findings" WHERE closed_on IS NOT NULL AND (cause IS NULL OR rectified_on IS NULL
          OR accountability IS NULL OR closed_on > due_on) OR closed_on IS NULL AND due_on < '2020-06-30'""",
    "township first, then the county": """
        SELECT a.division_code FROM inspections a JOIN inspections b USING (division_code)
        WHERE a.inspection_kind = '乡镇自查' AND b.inspection_kind = '县级复查' AND year(a.started_on) = year(b.started_on)
        AND a.finished_on >= b.started_on""",
    "complaints in time": """
        SELECT complaint_no FROM complaints WHERE closed_on > due_on OR closed_on IS NULL AND due_on < '2020-06-30'
        OR (closed_on IS NULL) <> (outcome IS NULL)""",
    "books never below zero, nothing overdue": """
        SELECT entry_no FROM ledgers WHERE balance < 0""",
    "income of assets shared out as households received it": """
        SELECT village_code FROM (SELECT village_code, sum(distributed) AS shared FROM assets WHERE income_year = 2019 GROUP BY ALL)
        JOIN (SELECT village_code, sum(asset_dividend) AS got FROM incomes JOIN households USING (household_no)
          WHERE record_year = 2019 GROUP BY ALL) USING (village_code) WHERE shared <> got""",
    "assets have a keeper and a yearly look": """
        SELECT asset_no FROM assets WHERE keeper_unit IS NULL OR checked_on < '2019-07-01' OR checked_on > '2020-06-30'""",
}


@pytest.mark.parametrize("name", RULES)
def test_rules(database, name):
    assert database.sql(RULES[name])[:5] == []


def test_records_of_money_are_proven(database):
    wrong = [f for f in check_records(database) if f.resource in MONEY and f.code != "not-canonical"]
    assert wrong == []


def test_documents_and_allocations_are_public_in_time(database):
    """Twenty working days for documents, fifteen for allocations."""
    clock = Clock.read()
    documents = database.sql("SELECT doc_no, issued_on, published_on FROM documents")
    allocations = database.sql("SELECT name, received_on, published_on FROM allocations")
    late = [
        name
        for rows, limit in ((documents, 20), (allocations, 15))
        for name, *days in rows
        if _late(clock, *days, limit)
    ]
    assert documents and allocations and late == []


def _late(clock: Clock, since: date, published: date | None, limit: int) -> bool:
    return (published or AS_OF) > clock.plus(since, limit)


def test_clock_knows_moved_days():
    clock = Clock.read()
    assert not clock.works(date(2020, 6, 25))
    assert clock.works(date(2020, 6, 28))  # a Sunday
    assert clock.plus(date(2020, 4, 30), 1) == date(2020, 5, 6)


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56")])
def test_yuan(fen, text):
    assert yuan(fen) == text
