"""Headless Chromium without a driver: a page measures another one in a frame and prints what it saw."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

__all__ = ["Browser", "Measured", "find_browser"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=20000",
)  # fmt: skip

# A window of Chromium is at least 500 pixels wide, so narrow screens are frames in a wide one.
_HARNESS = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<script>
const pages = PAGES, seen = [];
const measure = (frame, page) => {
  const inside = frame.contentDocument, root = inside.documentElement, width = root.clientWidth;
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement)
      if (["auto", "scroll", "hidden"].includes(frame.contentWindow.getComputedStyle(box).overflowX)) return true;
    return false;
  };
  const wide = [...inside.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !scrolls(element) && !element.closest(".skip, .unseen, svg");
  });
  const small = [...inside.querySelectorAll("a.tile, .matrix a, button, summary")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.width < 24 || box.height < 24);
  });
  return {
    broken: brokenWords(inside).slice(0, 5),
    page: page.url, width: page.width, client: width, scroll: root.scrollWidth, title: inside.title,
    text: inside.body.innerText.length,
    background: frame.contentWindow.getComputedStyle(inside.body).backgroundColor,
    filter: !(inside.querySelector("form.filter") || { hidden: true }).hidden,
    buttons: inside.querySelectorAll("th button").length,
    wide: wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160)),
    small: small.slice(0, 5).map((element) => element.outerHTML.slice(0, 160)),
  };
};
// Words of prose that stand on two lines: a column was squeezed. Names of hosts in <code> may break.
const brokenWords = (inside) => {
  const found = [], walker = inside.createTreeWalker(inside.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("code, script, style, svg, .unseen, .skip")) continue;
    for (const word of node.data.matchAll(/(?<![\\p{L}\\p{N}.:/_-])\\p{L}{3,12}(?![\\p{L}\\p{N}.:/_-])/gu)) {
      const range = inside.createRange();
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
};
const next = () => {
  const page = pages.shift();
  if (!page) {
    document.body.innerHTML = "<pre id=seen></pre>";
    document.getElementById("seen").textContent = JSON.stringify(seen);
    return;
  }
  const frame = document.createElement("iframe");
  frame.style.border = 0; frame.width = page.width; frame.height = 900; frame.src = page.url;
  frame.onload = () => setTimeout(() => { seen.push(measure(frame, page)); frame.remove(); next(); }, 50);
  document.body.append(frame);
};
next();
</script>"""


@dataclass(frozen=True)
class Measured:
    """What the browser made of a page: widths in CSS pixels, what sticks out or is too small, words cut in two."""

    page: str
    width: int
    client: int
    scroll: int
    title: str
    text: int
    background: str
    filter: bool
    buttons: int
    wide: tuple[str, ...]
    small: tuple[str, ...]
    broken: tuple[str, ...]


class Browser:
    """A Chromium that is started anew, with a profile of its own, for each question."""

    def __init__(self, program: str) -> None:
        self._program = program

    def measure(self, pages: Sequence[tuple[Path, int]], *, dark: bool = False) -> tuple[list[Measured], str]:
        """Load each page at its width; return what was measured, and the browser's console."""
        with TemporaryDirectory(prefix="netaudit-browser-") as folder:
            listed = [{"url": path.resolve().as_uri(), "width": width} for path, width in pages]
            harness = Path(folder) / "harness.html"
            harness.write_text(_HARNESS.replace("PAGES", json.dumps(listed)), encoding="utf-8")
            switches = [*_SWITCHES, f"--user-data-dir={folder}/profile", "--window-size=1400,900", "--dump-dom"]
            if dark:
                switches.append("--blink-settings=preferredColorScheme=0")
            done = subprocess.run(
                [self._program, *switches, harness.as_uri()], capture_output=True, timeout=120, check=True
            )
        shown = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
        assert shown is not None, done.stdout[-2000:]
        text = shown[1].replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0").replace("&amp;", "&")
        console = "\n".join(line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line)
        measured = msgspec.json.decode(text, type=list[Measured])
        return measured, console


def find_browser() -> Browser | None:
    """The browser of this machine, or None. NETAUDIT_CHROMIUM names another one."""
    program = os.environ.get("NETAUDIT_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    return Browser(program) if program else None
