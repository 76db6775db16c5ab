"""The front page: the newest run of each province, and the runs before it."""

import base64
import hashlib
from collections.abc import Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from netaudit.content import content_path
from netaudit.model.common import Language
from netaudit.serve.shelf import newest_by_province
from netaudit.serve.views import RunSummary
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["front_page"]

_SHOWN = 100


def front_page(runs: Sequence[RunSummary], unreadable: Sequence[str], accepted: str) -> tuple[str, str]:
    """The page, and its policy; in Vietnamese, unless the reader's Accept-Language field prefers English."""
    style = (content_path("reports") / "serve.css").read_text(encoding="utf-8")
    wording = Wording(_language(accepted))
    newest = newest_by_province(runs)
    environment = Environment(
        loader=FileSystemLoader(content_path("reports") / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=lambda value: one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.install_gettext_translations(wording.translations, newstyle=True)  # type: ignore[attr-defined]
    page = environment.get_template(
        "serve.html"
    ).render(
        style=Markup(style),  # noqa: S704  # our own file, and the policy names its hash
        wording=wording,
        newest=newest,
        unreadable=list(unreadable),
        earlier=[run for run in runs if run not in newest][:_SHOWN],
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return page, f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _language(accepted: str) -> str:
    """The first of our languages that an Accept-Language field names; its weights are in order in every browser."""
    for part in accepted.lower().split(","):
        wanted = part.partition(";")[0].strip().partition("-")[0]
        if wanted in list(Language):
            return wanted
    return Language.VI
