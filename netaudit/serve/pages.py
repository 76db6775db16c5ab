"""The front page: the newest run of each province, and the runs before it."""

from collections.abc import Sequence

from markupsafe import Markup

from netaudit.content import content_path
from netaudit.model.common import Language
from netaudit.serve.shelf import newest_by_province
from netaudit.serve.views import RunSummary
from netaudit.writers.safe import one_line
from netaudit.writers.templates import hash_source, template_environment
from netaudit.writers.wording import Wording

__all__ = ["front_page"]

_SHOWN = 100


def front_page(runs: Sequence[RunSummary], unreadable: Sequence[str], accepted: str) -> tuple[str, str]:
    """The page, and its policy; in Vietnamese, unless the reader's Accept-Language field prefers English."""
    style = (content_path("reports") / "serve.css").read_text(encoding="utf-8")
    wording = Wording(_language(accepted))
    newest = newest_by_province(runs)
    page = (
        template_environment(wording, one_line)
        .get_template("serve.html")
        .render(
            style=Markup(style),  # noqa: S704  # our own file, and the policy names its hash
            wording=wording,
            newest=newest,
            unreadable=list(unreadable),
            earlier=[run for run in runs if run not in newest][:_SHOWN],
        )
    )
    return page, f"default-src 'none'; style-src '{hash_source(style)}'; base-uri 'none'; form-action 'none'"


def _language(accepted: str) -> str:
    """The first of our languages that an Accept-Language field names; its weights are in order in every browser."""
    for part in accepted.lower().split(","):
        wanted = part.partition(";")[0].strip().partition("-")[0]
        if wanted in list(Language):
            return wanted
    return Language.VI
