"""A hand at the desk: it finds what it wants by the words that stand on the page, types and clicks as people do, and counts its steps."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "browser"))

from chromium import Browser

from support import ROOT

PATIENCE = 90.0
FIND = """(() => {
  const words = (node) => (node.innerText || node.value || '').replace(/\\s+/g, ' ').trim();
  const shown = (node) => node.getClientRects().length > 0;
  const all = (kinds) => [...document.querySelectorAll(kinds)].filter(shown);
  window.hand = {
    press: (word, within) => {
      const scopes = within ? all('li, tr, section, form, .box').filter((one) => words(one).includes(within)) : [document.body];
      const scope = scopes.sort((a, b) => words(a).length - words(b).length)
        .find((one) => [...one.querySelectorAll('a, button, summary')].some((node) => shown(node) && words(node).startsWith(word)));
      return scope && [...scope.querySelectorAll('a, button, summary')].find((node) => shown(node) && words(node).startsWith(word));
    },
    field: (word) => {
      const label = all('label').find((one) => words(one).startsWith(word));
      return label && document.getElementById(label.htmlFor);
    },
    choice: (group, word) => {
      const set = all('fieldset').find((one) => words(one).startsWith(group));
      return set && [...set.querySelectorAll('label')].find((one) => words(one) === word);
    },
  };
})()"""


class Hand:
    """Somebody at one desk, in a browser of their own."""

    def __init__(self, root: Path, folder: Path, environment: dict[str, str], *options: str) -> None:
        command = [sys.executable, "-m", "gongshi", "-C", str(root), "desk", "--no-browser", *options]
        self._errors = (folder / "desk.err").open("w")
        self._desk = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, text=True, env=os.environ | environment, cwd=ROOT
        )
        assert self._desk.stdout
        address = re.search(r"http\S+?token=[\w-]+", self._desk.stdout.readline())
        assert address, "the desk says where it is"
        self.browser = Browser(folder / "chromium")
        self.base = address[0].split("/begin")[0]
        self.browser.size(1280)
        self.browser.open(address[0])
        self.steps = 0

    def close(self) -> None:
        self.browser.close()
        self._desk.terminate()
        self._desk.wait(30)
        if self._desk.stdout:
            self._desk.stdout.close()
        self._errors.close()

    # -- looking

    @property
    def text(self) -> str:
        return str(self._run("document.getElementById('main').innerText"))

    def sees(self, *words: str) -> None:
        """Wait until all of it stands on the page."""
        end = time.monotonic() + PATIENCE
        while not all(word in self.text for word in words):
            assert time.monotonic() < end, (words, self.text[:3000])
            time.sleep(0.2)

    def _run(self, script: str) -> object:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.browser.run(script)
            except AssertionError:  # between two pages there is nothing to ask
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _there(self, script: str, what: str) -> None:
        """Wait until a part of the page is there, and look at it."""
        end = time.monotonic() + PATIENCE
        while not self._run(f"{FIND}, !!({script})"):
            assert time.monotonic() < end, (f"“{what}” is not on the page", self.text[:3000])
            time.sleep(0.1)

    # -- doing

    def press(self, word: str, within: str = "", stays: bool = False) -> None:
        """Click what begins with a word, where another stands; then wait for the next page, save where the page stays."""
        self.steps += 1
        node = f"hand.press({json.dumps(word)}, {json.dumps(within)})"
        self._there(f"({node}) && !({node}).disabled", word)
        self._run(f"{FIND}, window.before = 1, {node}.click(), 0")
        if not stays:
            self._arrives()

    def _arrives(self) -> None:
        end = time.monotonic() + PATIENCE
        while self._run("window.before === 1 || document.readyState !== 'complete'"):
            assert time.monotonic() < end, ("no other page came", self.text[:3000])
            time.sleep(0.1)

    def fill(self, label: str, text: str) -> None:
        """Type into a field, as keys do, and leave it."""
        self.steps += 1
        node = f"hand.field({json.dumps(label)})"
        self._there(node, label)
        self._run(f"{FIND}, {node}.focus(), {node}.select && {node}.select(), 0")
        self.browser.call("Input.insertText", text=text)
        self._run("document.activeElement.blur(), 0")

    def pick(self, label: str, query: str, row: str) -> None:
        """Type what one knows of a record, and choose it from what is found."""
        self.steps += 1
        node = f"hand.field({json.dumps(label)})"
        self._there(node, label)
        self._run(f"{FIND}, {node}.focus(), 0")
        self.browser.call("Input.insertText", text=query)
        found = (
            f"[...document.querySelectorAll('.picks button')].find((one) => one.innerText.includes({json.dumps(row)}))"
        )
        self._there(found, row)
        self._run(f"{found}.click(), 0")
        self._run("document.activeElement.blur(), 0")

    def choose(self, label: str, word: str) -> None:
        """Choose from a list, or one of a few."""
        self.steps += 1
        node, few = f"hand.field({json.dumps(label)})", f"hand.choice({json.dumps(label)}, {json.dumps(word)})"
        self._there(f"({few}) || ({node})", label)
        if self._run(f"{FIND}, !!({few})"):
            self._run(f"{FIND}, {few}.click(), 0")
            return
        option = f"[...{node}.options].find((one) => one.text.includes({json.dumps(word)}))"
        self._there(option, word)
        changed = f"{node}.dispatchEvent(new Event('change', {{bubbles: true}}))"
        self._run(f"{FIND}, {node}.value = {option}.value, {changed}, 0")

    def file(self, selector: str, place: Path) -> None:
        """Choose a file."""
        self.steps += 1
        self.browser.choose_file(selector, place)

    def here(self, word: str) -> None:
        """Press what opens a page beside, and let that come here: there is one tab."""
        self._run("document.querySelectorAll('[target]').forEach((one) => one.removeAttribute('target')), 0")
        self.press(word)

    def cell(self, row: str, column: str, text: str) -> None:
        """Type into a cell of the grid, by its keys: F8 and the arrows lead anywhere, here the filter and the arrows do."""
        self.steps += 1
        self._there("document.querySelector('.tabulator-row')", "the grid")
        header = "[...document.querySelectorAll('.tabulator-col')]"
        self._run(f"{header}[0].querySelector('input').focus(), 0")
        self.browser.call("Input.insertText", text=row)
        self._there("document.querySelectorAll('.tabulator-row').length === 1", row)
        self._run("document.querySelector('.tabulator-tableholder').focus(), 0")
        first = "document.querySelector('.tabulator-row .tabulator-cell')"
        box = self._run(f"(() => {{ const box = {first}.getBoundingClientRect(); return [box.x + 8, box.y + 8]; }})()")
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        for _ in range(80):
            if f"· {column}" in str(self._run("document.getElementById('about').innerText")):
                break
            self.key("ArrowRight", 39)
        self.sees(f"· {column}")
        self.key("F2", 113)
        self._there("document.activeElement.dataset.cell", column)
        self._run("document.activeElement.select(), 0")
        self.browser.call("Input.insertText", text=text)
        self.key("Enter", 13)

    def key(self, name: str, code: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)

    def mend(self, told: str, text: str) -> None:
        """Put a cell right that is refused, below which this is told."""
        self.steps += 1
        node = f"[...document.querySelectorAll('.err')].find((one) => one.innerText.includes({json.dumps(told)})).previousElementSibling"
        self._there(node, told)
        if self._run(f"{node}.tagName === 'SELECT'"):
            self._run(f"{node}.value = {json.dumps(text)}, 0")
            return
        self._run(f"{node}.focus(), {node}.select(), 0")
        self.browser.call("Input.insertText", text=text)

    def go(self, word: str) -> None:
        """Another page, by the rail."""
        self.steps += 1
        place = f"[...document.querySelectorAll('.rail a')].find((one) => one.innerText.startsWith({json.dumps(word)}))"
        self._there(place, word)
        self._run(f"window.before = 1, {place}.click(), 0")
        self._arrives()
