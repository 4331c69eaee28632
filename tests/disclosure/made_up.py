"""A small made-up county in memory, in the shape of the schemas, for the tests of disclosure and site."""

from __future__ import annotations

import datetime
import json
import random
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import yaml
from figures_of import figures

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "records" / "schemas"
TYPES = {"integer": "BIGINT", "number": "DECIMAL(18,2)", "date": "DATE", "boolean": "BOOLEAN", "year": "BIGINT"}
COUNTY = "990100000000"
DAY = datetime.date(2020, 6, 30)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NASTY = '<script>alert("1")</script>&amp;'


def read_descriptor() -> SimpleNamespace:
    """The schemas, as the package room gives them."""
    resources = {}
    for path in sorted(SCHEMAS.glob("*.yaml")):
        fields = tuple(
            SimpleNamespace(
                name=field["name"], title=field["title"], type=field["type"], unit=field.get("unit", ""),
                description=str(field.get("description", "")), disclosure=field["disclosure"],
                enum=tuple(field.get("constraints", {}).get("enum", ())),
                decimals=field.get("decimals"),
            )
            for field in yaml.safe_load(path.read_text("utf-8"))["fields"]
        )  # fmt: skip
        names = tuple(field.name for field in fields)
        schema = SimpleNamespace(fields=fields, names=names, field=dict(zip(names, fields, strict=True)).__getitem__)
        resources[path.stem] = SimpleNamespace(name=path.stem, schema=schema)
    return SimpleNamespace(resources=resources)


class Example:
    """A Database of random rows; ``rows`` may be changed before ``open``, which freezes the figures of them.

    ``frozen`` may be set to False: a county that has no figures yet.
    """

    frozen = True

    def __init__(self, townships: int = 3, villages: int = 4, projects: int = 12, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.descriptor = read_descriptor()
        self.rows: dict[str, list[dict]] = {name: [] for name in self.descriptor.resources}
        self._county(townships, villages)
        self._people()
        self._money(projects)
        self._notices()
        self._oversight()
        self._help()
        self._connection = None

    def open(self) -> Example:
        """Make the tables."""
        if self.frozen and not self.rows["figures"]:
            self.rows["figures"] = figures(self.rows)
        self._connection = duckdb.connect()
        for name, resource in self.descriptor.resources.items():
            fields = resource.schema.fields
            columns = ", ".join(f'"{f.name}" {TYPES.get(f.type, "VARCHAR")}' for f in fields)
            self._connection.execute(f'CREATE TABLE "{name}" ({columns})')
            if self.rows[name]:  # all in one text: value by value it takes half a minute
                shape = json.dumps([dict.fromkeys((field.name for field in fields), "VARCHAR")])
                rows = json.dumps(
                    [{field.name: row.get(field.name) for field in fields} for row in self.rows[name]], default=str
                )
                values = ", ".join(f'r."{field.name}"' for field in fields)
                self._connection.execute(
                    f'INSERT INTO "{name}" SELECT {values} FROM (SELECT unnest(from_json(?, ?)) AS r)', [rows, shape]
                )
        return self

    def sql(self, query: str, params: tuple = ()) -> list[tuple]:
        """Rows of a query."""
        return self._connection.execute(query, params).fetchall()

    def add(self, name: str, /, **values) -> dict:
        """A row with random values where none is given and the field has a list of them."""
        row = {f.name: self._value(f) for f in self.descriptor.resources[name].schema.fields}
        unknown = set(values) - set(row)
        assert not unknown, (name, unknown)
        self.rows[name].append(row | values)
        return self.rows[name][-1]

    def _value(self, field: SimpleNamespace):
        if field.enum:
            return self.random.choice(field.enum)
        if field.type == "boolean":
            return self.random.random() < 0.6
        if field.type == "integer":
            return self.random.randint(0, 60)
        if field.type == "number":
            return Decimal(self.random.randint(0, 9000)) / 100
        return None

    def _county(self, townships: int, villages: int) -> None:
        self.add(
            "county", county_code=COUNTY, name="示例县", example=True, as_of=DAY, office="示例县扶贫开发办公室",
            office_phone="0990-1234567", office_address="示例县府前路1号", office_email="fupin@example.org",
            hotline="12317", licence="CC-BY-4.0",
        )  # fmt: skip
        self.add("divisions", division_code=COUNTY, name="示例县", level="县", valid_to=None)
        self.add("units", unit_code="U001", name="示例县扶贫开发办公室", office_phone="0990-1234567")
        for t in range(townships):
            town = f"990100{100 + t}000"
            self.add(
                "divisions", division_code=town, name=f"云山{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰'[t]}镇", level="乡镇",
                parent_code=COUNTY, slug=f"yunshan-{t + 1}", valid_to=None,
            )  # fmt: skip
            for v in range(villages):
                code = f"990100{100 + t}{200 + v}"
                self.add(
                    "divisions", division_code=code, name=f"第{t + 1}{v + 1}村", level="村", parent_code=town,
                    valid_to=None,
                )  # fmt: skip
                self.add(
                    "villages", village_code=code, households=180 + 7 * v, population=700 + 31 * v,
                    exited_on=DAY if v % 2 else None, net_income_pc=Decimal("7345.50"),
                    collective_income=Decimal("52000.00"), altitude_m=None,
                )  # fmt: skip

    def _people(self) -> None:
        for village in self.rows["villages"]:
            for number in range(self.random.randint(2, 60)):
                self.add(
                    "households", household_no=f"H{number:07}", village_code=village["village_code"],
                    population=self.random.randint(1, 6), second_cause="因婚",
                    poverty_status=self.random.choices(["已脱贫", "未脱贫"], [9, 1])[0],
                )  # fmt: skip

    def _money(self, projects: int) -> None:
        self.add("documents", doc_no="示财农〔2020〕1号", title="关于下达资金的通知", issued_on=DAY, issuer_unit="U001")
        for a in range(3):
            self.add(
                "allocations", allocation_id=f"N2020-{a + 1:03}", name=f"2020年第{a + 1}批财政专项扶贫资金", year=2020,
                amount=Decimal("12000000.00"), doc_no="示财农〔2020〕1号", received_on=DAY, using_unit="U001",
            )  # fmt: skip
        for n in range(projects):
            self._project(n)

    def _project(self, n: int) -> None:
        village = self.random.choice(self.rows["villages"])["village_code"]
        code = f"990100-{2019 + n % 2}-CY-{n + 1:04}"
        budget = Decimal(self.random.randint(10, 300)) * 10000
        self.add(
            "projects", project_id=code, name=f"{2019 + n % 2}年示例产业项目{n + 1}", year=2019 + n % 2,
            township_code=village[:9] + "000", owner_unit="U001", owner_post="主任", planned_start=DAY,
            planned_end=DAY, content="新建标准化种植基地，配套灌溉和机耕道。", quantity=Decimal(120), quantity_unit="亩",
            budget_total=budget, final_cost=None, accepted_on=None, actual_satisfaction=None,
            goal_output="建成基地", goal_benefit="带动增收", benef_households=40, benef_persons=130,
            benef_poor_households=n % 9, benef_poor_persons=3 * (n % 9),
        )  # fmt: skip
        self.add("project-villages", project_id=code, village_code=village)
        self.add("project-budget", project_id=code, line_no=1, allocation_id="N2020-001", amount=budget)
        for stage, days in (("乡镇申报", 200), ("县级审批", 150), ("招标", 100), ("开工", 60)):
            self.add(
                "project-stages", project_id=code, stage=stage, by_unit="U001", doc_no=f"示扶〔2020〕{n}号",
                done_on=DAY - datetime.timedelta(days),
            )  # fmt: skip
        self.add(
            "project-changes", project_id=code, changed_on=DAY, amount_before=budget, amount_after=budget,
            doc_no="示扶〔2020〕99号",
        )  # fmt: skip
        for p in range(2):
            self.add(
                "payments", payment_id=f"F{n:05}{p:02}", project_id=code, allocation_id="N2020-001", paid_on=DAY,
                amount=budget / 4, payee_unit="U001", persons=3 if p else None,
                payee_kind="一卡通批次" if p and n % 3 == 0 else "施工单位",
            )  # fmt: skip
        self.add(
            "assets", asset_no=f"A{n:05}", name=f"项目{n + 1}形成的大棚", village_code=village, project_id=code,
            value=budget, keeper_unit="U001", income_year=2019,
        )  # fmt: skip

    def _notices(self) -> None:
        for n, project in enumerate(self.rows["projects"]):
            notice = f"G2020-{n + 1:05}"
            self.add(
                "notices", notice_id=notice, notice_kind="实施前公示", title=f"{project['name']}实施前公示",
                division_code=project["township_code"], place="政府网站", starts_on=DAY - datetime.timedelta(n),
                ends_on=DAY + datetime.timedelta(9 - n), publisher_unit="U001", items=1, case_id="Z2020-00001",
                withdrawn_on=None, result=None, closed_on=None,
            )  # fmt: skip
            self.add("notice-projects", notice_id=notice, project_id=project["project_id"], frozen=None)
        village = self.rows["villages"][0]["village_code"]
        for number, kind, items in ((9001, "识别公示", 3), (9002, "退出公示", 12)):
            self.add(
                "notices", notice_id=f"G2020-0{number}", notice_kind=kind, title=f"第11村2020年{kind}",
                division_code=village, place="村公示栏", starts_on=DAY, ends_on=DAY + datetime.timedelta(6),
                publisher_unit="U001", items=items, withdrawn_on=None, result=None, closed_on=None,
            )  # fmt: skip
        self.add("notice-commitments", notice_id="G2020-09002", page=1, commitment="ab" * 32)
        self.add(
            "notices", notice_id="G2020-09003", notice_kind="识别公示", title="撤回的公示", division_code=village,
            place="村公示栏", starts_on=DAY, ends_on=DAY + datetime.timedelta(6), publisher_unit="U001", items=3,
            withdrawn_on=DAY, result=None, closed_on=None,
        )  # fmt: skip
        self.add(
            "notice-objections", notice_id="G2020-09002", raised_on=DAY, topic="有车有房", answered_on=None,
            outcome=None,
        )  # fmt: skip
        self.add(
            "notice-objections", notice_id="G2020-00001", raised_on=DAY, topic="金额不符", answered_on=None,
            outcome=None,
        )  # fmt: skip

    def _oversight(self) -> None:
        self.add("calendar", calendar_date=datetime.date(2020, 1, 1), day_kind="放假", holiday="元旦")
        self.add("lines", line_kind="贫困线", year=2020, amount=Decimal("4000.00"))
        self.add("indicators", subject=COUNTY, indicator="义务教育巩固率", period="2020", unit="%", basis="方案")
        self.add(
            "inspections", inspection_id="X2020-001", title="二季度督查", by_unit="U001", division_code=COUNTY,
            started_on=DAY, finished_on=None,
        )  # fmt: skip
        self.add(
            "inspection-findings", inspection_id="X2020-001", finding_no=1, liable_unit="U001", due_on=DAY, closed_on=None,
            project_id=self.rows["projects"][0]["project_id"], rectified_on=None,
        )  # fmt: skip
        for number in range(5):
            self.add("complaints", complaint_no=f"T{number:06}", received_on=DAY, due_on=DAY, closed_on=None)

    def _help(self) -> None:
        """Pupils of three schools with aid, small loans, and a helper for every household but one."""
        homes = self.rows["households"]
        for number, home in enumerate(homes):
            home["household_no"] = f"H{number:07}"
            if number:
                self.add(
                    "pairings", pairing_id=f"J{number:07}", role="帮扶责任人", household_no=home["household_no"],
                    ended_on=None,
                )  # fmt: skip
                for month in (1, 4):
                    self.add(
                        "contacts", pairing_id=f"J{number:07}", contact_kind="走访",
                        contacted_on=datetime.date(2020, month, 15),
                    )  # fmt: skip
            school = "S003" if number < 3 else self.random.choice(("S001", "S002", None))
            self.add("members", member_no=f"M{number:08}", household_no=home["household_no"], school_code=school)
            self.add(
                "subsidies", subsidy_id=f"D{number:07}", household_no=home["household_no"], member_no=f"M{number:08}",
                benefit="营养膳食补助", period="2020-S1", amount=Decimal("400.00"), paid_on=DAY, payment_id=None,
            )  # fmt: skip
        for number, purpose in enumerate(["种植"] * 8 + ["养殖"] * 3 + ["加工"] * 6):
            self.add(
                "loans", loan_id=f"K{number:06}", purpose=purpose, annual_rate=Decimal("4.35"), amount=Decimal(20000)
            )
        for number in (1, 2, 3):
            self.add(
                "schools", school_code=f"S{number:03}", name=f"第{number}小学", school_level="小学",
                township_code="990100100000",
            )  # fmt: skip
            self.rows["schools"][-1]["boarders"] = min(
                self.rows["schools"][-1][name] for name in ("pupils", "boarders")
            )


def nasty_county() -> Example:
    """A county with text in it that would break out of every wrapping we have."""
    example = Example()
    example.rows["county"][0]["name"] = f"示例县{NASTY}"
    project = example.rows["projects"][0]
    project["name"] = f"2020年云山甲镇{NASTY}"
    project["content"] = "=HYPERLINK(0) <!-- gongshi --> </td></table> 'x' \n\r\n gongshi-shell-title"
    example.rows["units"][0]["name"] = f"示例单位{NASTY}"
    example.rows["notices"][0]["title"] = f"公示{NASTY}"
    example.rows["divisions"][2]["name"] = "=1+1村"
    return example
