"""Compiled templates that are kept are used, and only for the very text they were made of; damaged ones are none."""

import pytest
from jinja2 import DictLoader, Environment

from gongshi.site.compiled import EDITIONS, Compiled


def env(folder, **texts) -> Environment:
    return Environment(loader=DictLoader(texts), bytecode_cache=Compiled(folder), autoescape=True)


def test_another_process_compiles_nothing(tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    assert env(folder, a="{{ x }}一").get_template("a").render(x="<") == "&lt;一"
    monkeypatch.setattr(Environment, "_generate", lambda *_, **__: pytest.fail("compiled again"))
    assert env(folder, a="{{ x }}一").get_template("a").render(x=1) == "1一"


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:-9], lambda data: data[:40] + b"?" + data[41:]]
)
def test_what_is_damaged_is_made_again(tmp_path, damage):
    env(tmp_path, a="{{ x }}").get_template("a")
    (place,) = tmp_path.glob("*.pyc")
    place.write_bytes(damage(place.read_bytes()))
    assert env(tmp_path, a="{{ x }}").get_template("a").render(x=2) == "2"
    assert env(tmp_path, a="{{ x }}").get_template("a").render(x=3) == "3"


def test_other_texts_are_other_templates_and_few_are_kept(tmp_path):
    for number in range(EDITIONS + 3):
        for _ in range(2):
            assert env(tmp_path, a=f"{number}{{{{ x }}}}").get_template("a").render(x="-") == f"{number}-"
    assert len(list(tmp_path.iterdir())) == EDITIONS


def test_a_folder_that_cannot_be_written_is_none(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    assert env(tmp_path / "file", a="{{ x }}").get_template("a").render(x="-") == "-"
