"""The columns that name a person. They go into the township's sealed file and nowhere else."""

from __future__ import annotations

import re

from gongshi.package import Field, Resource, Schema
from gongshi.package.subjects import subjects

_OPEN = re.compile(r"([A-Z]+)\[0-9\]\{([0-9]+),[0-9]+\}")
_NUMBERED = re.compile(r"([A-Z]+)\[0-9\]\{([0-9]+)\}")

NAME = Field("name", "姓名", "string", disclosure="sealed", max_length=40)
ID_NO = Field("id_no", "身份证号", "string", disclosure="sealed")
PHONE = Field("phone", "电话", "string", disclosure="sealed", pattern="1[3-9][0-9]{9}")
BIRTH = Field("birth", "出生日期", "date", disclosure="sealed")
ACCOUNT = Field("account", "银行账号", "string", disclosure="sealed")
FIELDS = (NAME, ID_NO, PHONE, BIRTH, ACCOUNT)
BY_NAME = {field.name: field for field in FIELDS}


def carries_persons(resource: Resource) -> bool:
    """Whether a row of the resource is a person, so that identifiers beside it can be sealed."""
    return resource.name == subjects().member.table


def extended(schema: Schema) -> Schema:
    """The schema with the identifiers behind its own fields: the shape of rows in memory, never of a file."""
    return Schema(schema.path, (*schema.fields, *FIELDS), schema.primary_key)


def numbered(resource: Resource) -> tuple[str, int] | None:
    """(letters, digits) of the numbers of a resource whose new records are numbered at import; None for others. Households
    and members are not: who is new and who was there is for people to say."""
    key = resource.schema.primary_key
    match = _NUMBERED.fullmatch(resource.schema.field(key[0]).pattern) if len(key) == 1 else None
    return (match[1], int(match[2])) if match and resource.name not in subjects().people else None


def counted(resource: Resource) -> tuple[str, int] | None:
    """(letters, least digits) of the numbers of what is known by its name, as units and helpers are; a new one gets its number where
    the sheet has the column for it."""
    key = resource.schema.primary_key
    match = _OPEN.fullmatch(resource.schema.field(key[0]).pattern) if len(key) == 1 else None
    return (match[1], int(match[2])) if match else None
