"""A headless Chromium for the tests, spoken to over its debugging pipe: no driver and no further package.

Messages are JSON, each ended by a zero byte (`--remote-debugging-pipe` of the DevTools protocol).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# the browser reads commands from descriptor 3 and answers on 4; they are moved out of the way first, since they may be 3 and 4 themselves
_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 20) for number in sys.argv[1:3]]
for target, end in zip((3, 4), ends):
    os.dup2(end, target)
os.execvp(sys.argv[3], sys.argv[3:])
"""
_PATIENCE = 60  # seconds that one answer may take on a busy machine


def find() -> str | None:
    """The browser's program, if there is one that can be spoken to this way."""
    return None if sys.platform == "win32" else next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab. `told` collects what the page says on its console, and errors that nobody caught; `asked` the addresses it asks for."""

    def __init__(self, program: str, profile: Path) -> None:
        (read_end, self._out), (self._in, write_end) = os.pipe(), os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe"]
        command = [sys.executable, "-c", _LAUNCH, str(read_end), str(write_end), program, *flags, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(command, pass_fds=(read_end, write_end), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_end)
        os.close(write_end)
        os.set_blocking(self._in, False)
        self._number, self._buffer, self._session = 0, b"", ""
        self.told, self.asked = list[str](), list[str]()
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Browser:  # noqa: PYI034
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def send(self, method: str, **params: Any) -> Any:
        """A command's result. Raises RuntimeError for one that fails."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self._note(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, page: Path, fragment: str = "") -> None:
        """Load a file, and wait until it is there."""
        self.told, self.asked = [], []
        self.send("Page.navigate", url=page.resolve().as_uri() + fragment)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression in the page, awaited if it is a promise."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until an expression in the page is true. Raises TimeoutError."""
        end = time.monotonic() + _PATIENCE
        while not self.run(condition):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.02)

    def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        """The size of the window in CSS pixels."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def prefer(self, scheme: str, media: str = "") -> None:
        """What the reader prefers: light or dark; and the medium, such as print."""
        self.send("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path: Path) -> None:
        """A picture of the window."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.send("Page.printToPDF", printBackground=True)["data"])

    def _read(self) -> Any:
        end = time.monotonic() + _PATIENCE
        while b"\0" not in self._buffer:
            try:
                part = os.read(self._in, 1 << 20)
                if not part:
                    raise RuntimeError("the browser ended")
                self._buffer += part
            except BlockingIOError:
                if time.monotonic() > end:
                    raise TimeoutError("the browser does not answer") from None
                time.sleep(0.005)
        line, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(line)

    def _note(self, event: Any) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.told.append(" ".join(str(part.get("value", part.get("description"))) for part in params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.told.append(params["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Log.entryAdded":
            self.told.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.told.append(f"dialog: {params['message']}")
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
