"""All verbs by name: what each asks, and the function that does it. The commands and the desk's forms are made of this."""

from __future__ import annotations

from gongshi.verbs import funds, households, memberships, posts
from gongshi.verbs.asking import TODAY, Ask, Verb

_HOMES = ("households.household_no",)
_ON = "哪天，默认今天"
_PAIRS = ("pairings", "contacts")
_CASES = ("cases", "case-steps", "case-households", "notices", "notice-objections", "villages")
_PAID = ("projects", "allocations", "payments", "units")


def _day(field: str, name: str = "on", words: str = _ON, default: str = TODAY, needed: bool = True) -> Ask:
    return Ask(name, field, words, default=default, past=True, needed=needed)


def _case(words: str = "案卷编号") -> Ask:
    return Ask("case", "cases.case_id", words, finds="cases")


def _many(words: str, *more: str) -> Ask:
    return Ask("subjects", _HOMES[0], words, many=True, finds="households", forms=(*_HOMES, *more))


def _project(words: str = "项目编号") -> Ask:
    return Ask("project", "projects.project_id", words, finds="projects")


VISIT = Verb(
    "visit", "登记走访", "给户记一次走访、家访、慰问等联系，记在当天有效的结对之下。",
    "gongshi visit H0000001 H0000002 --on 2020-06-28",
    (
        _many("户编号，或结对编号；可以写多个", "pairings.pairing_id"),
        _day("contacts.contacted_on"),
        Ask("kind", "contacts.contact_kind", "方式，默认走访", default="走访"),
        Ask("role", "pairings.role", "由哪个角色去的，默认帮扶责任人", needed=False),
    ),
    (*_PAIRS, "households", "helpers"), households.visit,
)  # fmt: skip
EVENT = Verb(
    "event", "状态变更", "登记户的状态变更：事件出自案卷，户的脱贫状态跟着改。",
    "gongshi event 脱贫 H0000001 --case Z2020-00019 --on 2020-06-20",
    (
        Ask("event", "status-events.event", "变更：脱贫、返贫、核减等"),
        Ask("households", _HOMES[0], "户编号，可以写多个", many=True, finds="households", forms=_HOMES),
        _case("据以变更的案卷"),
        _day("status-events.occurred_on"),
        Ask("other", "status-events.other_household", "分户、并户的另一户", needed=False, finds="households"),
    ),
    ("status-events", "households", *memberships.TABLES, *_CASES), households.event,
)  # fmt: skip
CASE_NEW = Verb(
    "case-new", "立案卷", "立一个案卷，编号由程序给，名单上的户都在同一个村。",
    "gongshi case new 退出 H0000001 H0000002",
    (
        Ask("procedure", "cases.procedure", "程序：识别、退出、纳入监测等"),
        Ask("households", _HOMES[0], "户编号，可以写多个", needed=False, many=True, finds="households", forms=_HOMES),
        Ask("village", "cases.village_code", "12 位代码，默认是户所在的村", needed=False, finds="villages"),
        _day("cases.opened_on"),
    ),
    ("households", *memberships.TABLES, "regimes", *_CASES), households.case_new,
)  # fmt: skip
CASE_STEP = Verb(
    "case-step", "案卷步骤", "登记案卷的下一步；公示的步骤自动带上案卷的公示编号和期满日。",
    "gongshi case step Z2020-00027 --attendees 27 --votes 26",
    (
        _case(),
        Ask("step", "case-steps.step", "哪一步，默认规则册里的下一步", needed=False),
        _day("case-steps.done_on", words="哪天，默认今天；公示默认期满那天", default="", needed=False),
        Ask("level", "case-steps.level", "哪级办的，默认按规则册", needed=False),
        Ask("attendees", "case-steps.attendees", "参加人数", needed=False),
        Ask("votes", "case-steps.votes_for", "同意票", needed=False),
        Ask("notice", "case-steps.notice_id", "公示编号，默认这个案卷的", needed=False, finds="notices"),
    ),
    _CASES, households.case_step,
)  # fmt: skip
CASE_CLOSE = Verb(
    "case-close", "结案卷", "案卷有了结果。通过的，名单上每户的状态变更一起登记，脱贫状态跟着改。",
    "gongshi case close Z2020-00019 通过 --doc 示扶〔2020〕12号",
    (
        _case(),
        Ask("result", "cases.result", "结果：通过、不通过、撤回"),
        _day("cases.closed_on"),
        Ask("doc", "cases.doc_no", "批复文号", needed=False),
    ),
    ("status-events", "households", *memberships.TABLES, *_CASES), households.case_close,
)  # fmt: skip
PROJECT = Verb(
    "project", "项目进度", "登记项目的一步（招标、开工、竣工、验收等），项目的进度和验收日期跟着改。",
    "gongshi project 990101-2020-JS-0002 县级验收 --quantity 1.2",
    (
        _project(),
        Ask("step", "project-stages.stage", "哪一步", needed=False),
        _day("project-stages.done_on"),
        Ask("unit", "project-stages.by_unit", "办理单位的编号，默认上一步的或责任单位", needed=False, finds="units"),
        Ask("level", "project-stages.level", "哪级办的，默认这一步通常的", needed=False),
        Ask("doc", "project-stages.doc_no", "文书号", needed=False),
        Ask("quantity", "projects.accepted_quantity", "验收数量", needed=False),
        Ask("cost", "projects.final_cost", "决算金额", needed=False),
        Ask("satisfaction", "projects.actual_satisfaction", "实测满意度", needed=False),
        Ask("tender", "projects.procurement_doc", "招标采购编号", needed=False),
        Ask("before", "projects.notice_before", "实施前公示的编号", needed=False, finds="notices"),
        Ask("after", "projects.notice_after", "竣工后公示的编号", needed=False, finds="notices"),
    ),
    ("projects", "project-stages", "notices", "units"), funds.project,
)  # fmt: skip
PAY = Verb(
    "pay", "登记支付", "登记付给单位的一笔钱，编号由程序给；资金不够的不能登记。",
    "gongshi pay 990101-2020-JS-0002 35000 --allocation N2020-001 --stage 进度款 --payee 施工单位 --unit U301 --for 工程款 --channel 转账",
    (
        _project(),
        Ask("amount", "payments.amount", "金额，元"),
        Ask("allocation", "payments.allocation_id", "用哪笔资金", finds="allocations"),
        _day("payments.paid_on"),
        Ask("payment_stage", "payments.payment_stage", "支付阶段"),
        Ask("payee_kind", "payments.payee_kind", "收款方类别"),
        Ask("unit", "payments.payee_unit", "收款单位的编号", needed=False, finds="units"),
        Ask("channel", "payments.pay_channel", "支付方式"),
        Ask("purpose", "payments.purpose", "用途"),
        Ask("doc", "payments.claim_doc", "报账凭证号", needed=False),
    ),
    _PAID, funds.pay,
)  # fmt: skip
SUBSIDY = Verb(
    "subsidy", "登记发放", "登记一批到户到人的补助：每户一条，连同这一批的支付；同一期间不能发两次。",
    "gongshi subsidy 公益岗补贴 H0000001 H0000002 --period 2020-Q2 --units 3 --standard 500 --project 990101-2020-JY-0002 --allocation N2020-022",
    (
        Ask("benefit", "subsidies.benefit", "补助项目"),
        _many("户编号，到人的写人编号；可以写多个", "members.member_no"),
        Ask("period", "subsidies.period", "所属期，如 2020-Q2"),
        Ask("units", "subsidies.units", "数量：几个月、几天", default="1"),
        Ask("standard", "subsidies.standard", "补助标准，每单位多少元"),
        _project(),
        Ask("allocation", "payments.allocation_id", "用哪笔资金", finds="allocations"),
        _day("subsidies.paid_on"),
        Ask("channel", "subsidies.pay_channel", "发放方式，默认一卡通", default="一卡通"),
        Ask("doc", "payments.claim_doc", "报账凭证号", needed=False),
    ),
    (*_PAID, "subsidies", "households", "members"), funds.subsidy,
)  # fmt: skip
OBJECTION = Verb(
    "objection", "登记异议", "登记公示收到的一件异议，或它的答复。不记提出人，也不记是哪一户。",
    "gongshi objection G2020-80057 收入不符",
    (
        Ask("notice", "notices.notice_id", "公示编号", finds="notices"),
        Ask("topic", "notice-objections.topic", "异议事项"),
        _day("notice-objections.raised_on", words="提出日期，默认今天"),
        Ask("outcome", "notice-objections.outcome", "处理结果，答复时写", needed=False),
        Ask("answered", "notice-objections.answered_on", "答复日期", needed=False, past=True),
    ),
    ("notices",), funds.objection,
)  # fmt: skip
NOTICE_CLOSE = Verb(
    "notice-close", "办结公示", "公示期满，登记结果；属于案卷的，同时记到案卷。",
    "gongshi notice close G2020-80057 --result 无异议",
    (
        Ask("notice", "notices.notice_id", "公示编号", finds="notices"),
        Ask("result", "notices.result", "结果：无异议、有异议已处理、有异议已撤回"),
        _day("notices.closed_on", words="办结日期，默认今天"),
    ),
    _CASES, funds.notice_close,
)  # fmt: skip
PAIR_NEW = Verb(
    "pair-new", "登记结对", "登记一个结对，编号由程序给；接替别人的，原来的结对同一天结束。",
    "gongshi pair new 帮扶责任人 H0000001 B002082 --replaces J0000001",
    (
        Ask("role", "pairings.role", "结对角色"),
        Ask("subject", "pairings.household_no", "帮扶对象：户、学生、学校编号或村代码", finds="households", forms=(
            *_HOMES, "members.member_no", "villages.village_code", "schools.school_code")),
        Ask("helper", "pairings.helper_no", "帮扶方：帮扶人、单位或学校编号", finds="helpers", forms=(
            "helpers.helper_no", "units.unit_code", "schools.school_code")),
        _day("pairings.started_on"),
        Ask("term", "pairings.term_ends_on", "约定期满", needed=False),
        Ask("replaces", "pairings.replaced_by", "接替哪个结对", needed=False, finds="pairings"),
        Ask("reason", "pairings.end_reason", "原来的为什么结束，默认岗位变动", needed=False),
    ),
    ("pairings", "households", "members", "villages", "schools", "helpers", "units"), households.pair_new,
)  # fmt: skip
PAIR_END = Verb(
    "pair-end", "结束结对", "结束一个结对。", "gongshi pair end J0000001 户迁出",
    (
        Ask("pairing", "pairings.pairing_id", "结对编号", finds="pairings"),
        Ask("reason", "pairings.end_reason", "结束原因"),
        _day("pairings.ended_on"),
    ),
    ("pairings",), households.pair_end,
)  # fmt: skip
POST_NEW = Verb(
    "post-new", "登记上岗", "登记一个人上公益岗，编号由程序给。",
    "gongshi post new M00000001 保洁员 --village 990101100200 --pay 500 --fund 衔接资金",
    (
        Ask("member", "posts.member_no", "人编号", finds="members"),
        Ask("post", "posts.post", "岗位"),
        Ask("village", "posts.village_code", "在哪个村或乡镇上岗，12 位代码", finds="villages"),
        _day("posts.started_on"),
        Ask("until", "posts.contract_to", "合同期满", needed=False),
        Ask("pay", "posts.monthly_pay", "每月多少元"),
        Ask("fund", "posts.fund", "补贴来源"),
    ),
    ("posts", "members", "households", "divisions"), posts.post_new,
)  # fmt: skip
POST_END = Verb(
    "post-end", "登记离岗", "登记一个人离开公益岗。", "gongshi post end E000001 --on 2020-06-30",
    (Ask("number", "posts.post_id", "聘用编号"), _day("posts.ended_on")),
    ("posts",), posts.post_end,
)  # fmt: skip

VERBS = {
    verb.name: verb
    for verb in (
        *(VISIT, EVENT, CASE_NEW, CASE_STEP, CASE_CLOSE, PROJECT, PAY, SUBSIDY),
        *(NOTICE_CLOSE, OBJECTION, PAIR_NEW, PAIR_END, POST_NEW, POST_END),
    )
}
