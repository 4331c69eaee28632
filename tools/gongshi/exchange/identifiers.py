"""The columns that name a person. They go into the township's sealed file and nowhere else."""

from __future__ import annotations

import re

from gongshi.package import Field, Resource, Schema

_NUMBERED = re.compile(r"([A-Z]+)\[0-9\]\{([0-9]+)\}")

NAME = Field("name", "姓名", "string", disclosure="sealed", max_length=40)
ID_NO = Field("id_no", "身份证号", "string", disclosure="sealed")
PHONE = Field("phone", "电话", "string", disclosure="sealed", pattern="1[3-9][0-9]{9}")
BIRTH = Field("birth", "出生日期", "date", disclosure="sealed")
ACCOUNT = Field("account", "银行账号", "string", disclosure="sealed")
FIELDS = (NAME, ID_NO, PHONE, BIRTH, ACCOUNT)
BY_NAME = {field.name: field for field in FIELDS}

SYNONYMS = {
    "name": ("姓名", "成员姓名", "人员姓名", "家庭成员姓名", "户主姓名", "贫困户姓名", "贫困人口姓名", "学生姓名", "户主", "名字"),
    "id_no": (
        "身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号", "证件号", "证件号码", "户主证件号码", "户主身份证号",
        "户主证件号", "公民身份号码或残疾证号码", "身份证号码或残疾证号", "残疾证号", "残疾证号码", "残疾人证号", "AAB004", "AAC031",
    ),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "户主电话", "本人电话", "AAR012"),
    "birth": ("出生日期", "生日", "出生年月日"),
    "account": ("银行账号", "银行卡号", "账号", "帐号", "卡号", "一卡通账号", "一卡通号", "一卡通卡号", "存折号", "银行账户", "社保卡号"),
}  # fmt: skip


def carries_persons(resource: Resource) -> bool:
    """Whether a row of the resource is a person, so that identifiers beside it can be sealed."""
    return resource.name == "members"


def extended(schema: Schema) -> Schema:
    """The schema with the identifiers behind its own fields: the shape of rows in memory, never of a file."""
    return Schema(schema.path, (*schema.fields, *FIELDS), schema.primary_key)


def numbered(resource: Resource) -> tuple[str, int] | None:
    """(letters, digits) of the numbers of a resource whose new records are numbered at import; None for others. Households
    and members are not: who is new and who was there is for people to say."""
    key = resource.schema.primary_key
    match = _NUMBERED.fullmatch(resource.schema.field(key[0]).pattern) if len(key) == 1 else None
    return (match[1], int(match[2])) if match and resource.name not in ("households", "members") else None
