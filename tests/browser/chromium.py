"""A headless Chromium driven over its DevTools socket: open a page, run script in it, know what it asked for and said."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30.0
"""Seconds to wait for a page or a condition; waiting ends as soon as it is there."""


def find() -> str:
    """Where Chromium is; the test that needs it fails and says what to install."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "找不到 Chromium，浏览器测试要用它：请安装 Debian 的软件包 chromium"
    return found


class NavigatedError(Exception):
    """The page that was asked is gone."""


class Browser:
    """One tab. ``requests`` are the addresses asked for, ``errors`` what went wrong on the console."""

    def __init__(self, folder: Path) -> None:
        options = ["--headless=new", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
        options += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        options += ["--remote-allow-origins=*", "--disable-dev-shm-usage"]
        options += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([find(), *options, "about:blank"], **quiet)
        port = self._port(folder / "DevToolsActivePort")
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            address = next(tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")
        self._socket = websocket.create_connection(address, timeout=PATIENCE, max_size=None)
        self._number = 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.loaded = False
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def _port(self, file: Path) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if file.exists() and (lines := file.read_text().split()):
                return lines[0]
            time.sleep(0.05)
        raise AssertionError("Chromium 没有启动")

    def close(self) -> None:
        """End the browser that was started here."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(PATIENCE)

    def call(self, method: str, **parameters: object) -> dict:
        """The answer of one DevTools command; events that come before it are kept."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                error = message.get("error", {}).get("message", "")
                if error in ("Inspected target navigated or closed", "Cannot find context with specified id"):
                    raise NavigatedError(error)
                assert not error, message
                return message["result"]
            self._event(message)

    def _event(self, message: dict) -> None:
        name, values = message.get("method"), message.get("params", {})
        if name == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif name == "Page.loadEventFired":
            self.loaded = True
        elif name == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif name == "Runtime.consoleAPICalled" and values["type"] in ("error", "assert"):
            self.errors.append(str([value.get("value") for value in values["args"]]))
        elif name == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.errors.append(values["entry"]["text"] + " " + values["entry"].get("url", ""))

    def size(self, width: int, height: int = 900) -> None:
        """The window's size in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def open(self, url: str) -> None:
        """Go there and wait until everything is loaded."""
        self.loaded, self.requests, self.errors = False, [], []
        self.call("Page.navigate", url=url)
        end = time.monotonic() + PATIENCE
        while not self.loaded:
            assert time.monotonic() < end, f"{url} 没有载入完"
            self._event(json.loads(self._socket.recv()))

    def run(self, script: str) -> object:
        """The value of an expression; a promise is awaited."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, script: str) -> object:
        """The value of an expression as soon as it is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(NavigatedError):  # while it was asked, another page came
                if value := self.run(script):
                    return value
            time.sleep(0.1)
        raise AssertionError(f"等不到 {script}")

    def picture(self, file: Path, scale: float = 1.0) -> None:
        """What the window shows, as PNG."""
        view = self.call("Page.getLayoutMetrics")["cssVisualViewport"]
        clip = {"x": view["pageX"], "y": view["pageY"], "width": view["clientWidth"], "height": view["clientHeight"]}
        data = self.call("Page.captureScreenshot", format="png", clip=clip | {"scale": scale})["data"]
        file.write_bytes(base64.b64decode(data))

    def choose_file(self, selector: str, file: Path) -> None:
        """Choose ``file`` in the file field, as a reader would."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        field = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=field, files=[str(file)])

    def paper(self, on: bool) -> None:
        """Lay the page out as for print, or for the screen again."""
        self.call("Emulation.setEmulatedMedia", media="print" if on else "")

    def pdf(self) -> bytes:
        """The page as it prints."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
