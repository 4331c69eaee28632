"""What a verb asks for: each thing is a field of the county's own dictionary, so its title, list and form come from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongshi.checks.phrases import wanted
from gongshi.checks.showing import shown_cell
from gongshi.exchange.convert import Converter, Refusal
from gongshi.model import GongshiError
from gongshi.package import Descriptor, Field, fits
from gongshi.verbs.book import Book, Fault, Wrong

TODAY = "today"
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked for.

    ``field`` is ``resource.field``; ``words`` say in a help text what to give. ``many``: several, with blanks between.
    ``default`` is a text or TODAY. ``past``: a day that cannot be after today. ``finds`` is what to look up for it.
    """

    name: str
    field: str
    words: str
    needed: bool = True
    many: bool = False
    default: str = ""
    past: bool = False
    finds: str = ""
    forms: tuple[str, ...] = ()

    def of(self, descriptor: Descriptor) -> Field:
        """Its field in the county's dictionary; GongshiError if the county has none."""
        resource, name = self.field.split(".")
        if resource not in descriptor.resources or name not in descriptor.resources[resource].schema.names:
            raise GongshiError(f"这个县的数据字典里没有“{self.field}”，不能登记，请先运行 gongshi check。")
        return descriptor.resources[resource].schema.field(name)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: what it asks, which resources it reads and writes, and the function that puts it into a Book.

    ``act`` gives one sentence that says what it put there."""

    name: str
    title: str
    does: str
    example: str
    asks: tuple[Ask, ...]
    resources: tuple[str, ...]
    act: Callable[[Book, Said], str]

    def ask(self, name: str) -> Ask:
        return next(ask for ask in self.asks if ask.name == name)


def understood(verb: Verb, values: Mapping[str, str], descriptor: Descriptor, today: date) -> dict[str, str]:
    """What was asked for, in the ledger's spelling; Wrong with every fault at once. ``many`` are joined by one blank."""
    said: dict[str, str] = {}
    faults: list[Fault] = []
    for ask in verb.asks:
        text = values.get(ask.name, "").strip()
        try:
            said[ask.name] = one_ask(ask, text, descriptor, today)
        except Wrong as wrong:
            faults += wrong.faults
    if faults:
        raise Wrong(*faults)
    return said


def one_ask(ask: Ask, text: str, descriptor: Descriptor, today: date) -> str:
    """One thing as the ledger spells it; Wrong if it cannot be so."""
    if not text:
        text = today.isoformat() if ask.default == TODAY else ask.default
    if not text and ask.needed:
        raise Wrong(Fault(ask.name, f"“{title(ask, descriptor)}”还没填"))
    pieces = dict.fromkeys(text.replace("，", " ").replace(",", " ").replace("、", " ").split()) if ask.many else [text]
    return " ".join(_piece(ask, piece, descriptor, today) for piece in pieces)


def nameless(verb: Verb, values: Mapping[str, str], descriptor: Descriptor) -> bool:
    """Whether all that was typed into a form surely names nobody: each piece looks like its field, or like a word."""
    for ask in verb.asks:
        text = values.get(ask.name, "")
        fields = [Ask("", form, "").of(descriptor) for form in ask.forms] or [ask.of(descriptor)]
        pieces = (
            text.replace("，", " ").replace(",", " ").replace("、", " ").split() if ask.many or ask.forms else [text]
        )
        for piece in pieces:
            if not any(shown_cell(field, one) == one for field in fields for one in (piece, piece.upper())):
                return False
    return True


def title(ask: Ask, descriptor: Descriptor) -> str:
    """What people call it."""
    return ask.of(descriptor).title


def choices(ask: Ask, descriptor: Descriptor) -> Sequence[str]:
    """What may be chosen, () where anything may be typed."""
    return ask.of(descriptor).choices


def _piece(ask: Ask, text: str, descriptor: Descriptor, today: date) -> str:
    field = ask.of(descriptor)
    if not text:
        return ""
    if ask.forms:
        text = text.upper()
        if any(fits(Ask("", form, "").of(descriptor), text) for form in ask.forms):
            return text
        raise Wrong(Fault(ask.name, f"“{field.title}”填得不对：{ask.words}"))
    found = Converter(field)(text)
    if isinstance(found, Refusal):
        raise Wrong(Fault(ask.name, f"“{field.title}”：{found.reason}"))
    if not fits(field, found) and fits(field, found.upper()):
        found = found.upper()
    if not fits(field, found):
        raise Wrong(Fault(ask.name, f"“{field.title}”填得不对：{wanted(field)}"))
    if field.type in ("integer", "number") and not in_range(field, found):
        raise Wrong(Fault(ask.name, f"“{field.title}”填得不对：{wanted(field)}"))
    if ask.past and found > today.isoformat():
        day = date.fromisoformat(found)
        year = (
            f"{day.year} 年 " if day.year != today.year else ""
        )  # else 1月1日 of the next year looks like one gone by
        raise Wrong(Fault(ask.name, f"{year}{day.month}月{day.day}日还没到。今天是 {today.month}月{today.day}日"))
    return found


def in_range(field: Field, text: str) -> bool:
    """Whether a number lies between the bounds of its field."""
    low = not field.minimum or Decimal(text) >= Decimal(field.minimum)
    return low and (not field.maximum or Decimal(text) <= Decimal(field.maximum))
