"""What a page is asked in the browser: what it said and fetched, what sticks out of it, what axe finds."""

from collections import defaultdict
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Dialog, Page

from netaudit.model.run import Run
from netaudit.writers.html import _pages
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording

__all__ = ["LANGUAGES", "Heard", "axe", "measure", "open_page", "page_types", "richest"]

LANGUAGES = ("vi", "en")
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN_AXE = """async (options) => (await axe.run(document, options)).violations.map((rule) =>
  [rule.id, ...rule.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`)].join(" | "))
"""

# Nothing sticks out of the page, but in a box that scrolls; what is clicked is large enough (WCAG 2.2, 2.5.8); no word
# of prose stands on two lines, as it would in a squeezed column. Names of hosts in <code> may break.
_MEASURE = r"""() => {
  const root = document.documentElement;
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement)
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX)) return true;
    return false;
  };
  const told = (elements) => elements.slice(0, 5).map((element) => element.outerHTML.slice(0, 160));
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > root.clientWidth + 1 && !scrolls(element)
      && !element.closest(".skip, .unseen, svg");
  });
  const clicked = "a.tile, .matrix a, button, summary, select, input";
  const small = [...document.querySelectorAll(clicked)].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.width < 24 || box.height < 24);
  });
  const broken = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("code, script, style, svg, .unseen, .skip")) continue;
    for (const word of node.data.matchAll(/(?<![\p{L}\p{N}.:/_-])\p{L}{3,12}(?![\p{L}\p{N}.:/_-])/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return {
    width: root.clientWidth, scroll: root.scrollWidth, wide: told(wide), small: told(small), broken: broken.slice(0, 5),
  };
}"""


@dataclass
class Heard:
    """What a page did besides being read: messages, errors, dialogs, requests for anything but itself."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def dialog(self, dialog: Dialog) -> None:
        """Note a dialog and close it: an open one stops the page."""
        self.console.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def quiet(self) -> bool:
        """Whether the page was loaded, and nothing else happened."""
        return self.console == [] and len(self.requests) == 1


def open_page(context: BrowserContext, path: Path) -> Heard:
    """Load a page and listen from its first byte."""
    page = context.new_page()
    heard = Heard(page)
    page.on("console", lambda message: heard.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.console.append(f"error: {error}"))
    page.on("dialog", heard.dialog)
    page.on("popup", lambda popup: heard.console.append(f"popup: {popup.url}"))
    page.on("request", lambda request: heard.requests.append(request.url))
    page.goto(path.resolve().as_uri())
    return heard


def measure(page: Page, width: int) -> dict[str, Any]:
    """What does not fit on a screen of `width` CSS pixels; all of it empty when the page is well."""
    page.set_viewport_size({"width": width, "height": 900})
    measured: dict[str, Any] = page.evaluate(_MEASURE)
    assert measured.pop("width") == width
    if measured.pop("scroll") > width:
        measured["wide"].append("the page scrolls sideways")
    return {what: found for what, found in measured.items() if found}


def axe(page: Page, *, contrast_only: bool = False) -> list[str]:
    """What axe-core finds with every part of the page unfolded. The context must bypass the page's own policy."""
    page.evaluate("() => { for (const part of document.querySelectorAll('details')) part.open = true; }")
    page.evaluate(_AXE + "; 0")
    only = {"type": "rule", "values": ["color-contrast"]} if contrast_only else {"type": "tag", "values": list(_RULES)}
    violations: list[str] = page.evaluate(_RUN_AXE, {"resultTypes": ["violations"], "runOnly": only})
    return violations


def page_types(run: Run, out: Path, language: str) -> dict[str, list[Path]]:
    """The pages of a report that was written to `out`, by template."""
    types: dict[str, list[Path]] = defaultdict(list)
    for name, template, _ in _pages(Report(run, Wording(language))):
        types[template].append(out / name)
    return dict(types)


def richest(paths: list[Path]) -> Path:
    """The page that has most to show."""
    return max(paths, key=lambda path: path.stat().st_size)
