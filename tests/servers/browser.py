"""Chromium without a window: what becomes of a page in it, what it loads, and what axe finds there."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from servers import node
from servers.need import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AXE = node.FOLDER / "node_modules" / "axe-core" / "axe.min.js"
POLICY = "default-src 'none'"
WATCH = "const refused = []; addEventListener('securitypolicyviolation', each => refused.push(each.blockedURI));"
PROBE = """
addEventListener("load", async () => {
  document.querySelectorAll("details").forEach(each => { each.open = true; });
  const {violations} = await axe.run(document);
  parent.postMessage(JSON.stringify({
    violations: violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(" ")}`),
    pictures: [...document.images].map(each => each.naturalWidth),
    films: [...document.querySelectorAll("video")].map(each => each.videoWidth),
    wide: document.documentElement.scrollWidth > innerWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    loaded: performance.getEntriesByType("resource").map(each => each.name),
    refused,
  }), "*");
});
"""
FRAME = """<!DOCTYPE html><pre></pre><iframe src="{page}" width="{width}" height="900"></iframe>
<script>addEventListener("message", said => {{ document.querySelector("pre").textContent = said.data; }});</script>"""


@dataclass(frozen=True)
class Seen:
    """What Chromium made of a page; `wide` says that it had to be scrolled sideways, `refused` what its policy forbade."""

    violations: list[str]
    pictures: list[int]
    films: list[int]
    wide: bool
    dark: bool
    loaded: list[str]
    refused: list[str]


def look(page: Path, *, at: str | None = None, dark: bool = False, width: int = 1280) -> Seen:
    """
    What Chromium makes of a page, under its own policy; `at` is its folder's address where that is not on the disk.

    It is looked at in a copy beside it, in which the policy allows one thing more: the script that looks.
    """
    if not AXE.exists():
        missing("axe-core (run tests/servers/node.py)")
    copy, frame = page.with_name(f"probed-{page.name}"), page.with_name("frame.html")
    copy.write_text(_probed(page.read_text(encoding="utf-8")), encoding="utf-8")
    frame.write_text(FRAME.format(page=copy.name, width=width), encoding="utf-8")
    address = f"{at}/{frame.name}" if at else frame.as_uri()
    written = chromium(address, "--dump-dom", "--virtual-time-budget=20000", dark=dark)
    found = re.search("<pre>(.+?)</pre>", written, re.DOTALL)
    assert found, f"the page said nothing: {written[:500]}"
    return Seen(**json.loads(html.unescape(found[1])))


def chromium(address: str, *options: str, dark: bool = False) -> str:
    """Run Chromium on a page; what it writes."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("Chromium")
    with TemporaryDirectory(prefix="chromium", ignore_cleanup_errors=True) as profile:
        command = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            *options,
            address,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A folder behind a plain web server: its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def _probed(page: str) -> str:
    """The page with what looks at it, and a policy that allows just that."""
    assert POLICY in page
    probed = page.replace(POLICY, f"{POLICY}; script-src 'nonce-probe'").replace("<title>", f"{_script(WATCH)}<title>")
    return probed.replace("</body>", f"{_script(AXE.read_text(encoding='utf-8'))}{_script(PROBE)}</body>")


def _script(code: str) -> str:
    return f'<script nonce="probe">{code}</script>'
