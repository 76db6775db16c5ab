"""The HTML report: static pages that ask nothing of anybody and work without JavaScript."""

import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.runtime import Macro
from markupsafe import Markup

from netaudit.content import content_path
from netaudit.model.run import Run
from netaudit.rules.calendar import day_of
from netaudit.writers import words
from netaudit.writers.bars import segments
from netaudit.writers.chain_parts import chain_parts
from netaudit.writers.chain_picture import chain_picture
from netaudit.writers.comparison import DIFFERENCE_MARKS, DIFFERENCES, DIFFERENCES_SINCE
from netaudit.writers.datacentres import DataCentrePage, datacentres_of
from netaudit.writers.details import detail_text
from netaudit.writers.dig import utc_text
from netaudit.writers.executive import Executive, opening
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.latency_picture import latency_picture
from netaudit.writers.links import reference_link
from netaudit.writers.messages import argument_text
from netaudit.writers.names import both_ways
from netaudit.writers.observed import worst_first
from netaudit.writers.paper import running_head
from netaudit.writers.parity import results_of_service, service_page, side_by_side
from netaudit.writers.plan import PlanInTime
from netaudit.writers.report import MAIN_PILLARS, Report
from netaudit.writers.safe import bounded, page_name, visible
from netaudit.writers.sightings import sighting_text
from netaudit.writers.templates import hash_source, template_environment
from netaudit.writers.trend import Trend
from netaudit.writers.units import unit_map
from netaudit.writers.week_strip import week_strip
from netaudit.writers.wording import Wording
from netaudit.writers.zones import Zones

__all__ = ["report_environment", "summary_html", "write_html"]

STYLE_SHEETS = (
    "colours.css",
    "report.css",
    "answer.css",
    "units.css",
    "chart.css",
    "plan.css",
    "trend.css",
    "chain.css",
    "parity.css",
    "graph.css",
)
"""One style, in this order: later ones refine what earlier ones say."""

# A page stays readable and below 2 MB: beyond these numbers rows are counted and named as left out.
_LIMITS = {
    "rows": 40,
    "findings": 2400,
    "details": 250,
    "listed": 2000,
    "tiles": 1200,
    "names": 12,
    "matrix": 40,
    "observed": 8,
    "first": 3,
    "agenda": 8,
    "scans": 60,
    "cells": 400,
    "supports": 10,
}


def write_html(run: Run, out: Path, language: str) -> list[Path]:
    """Write index.html and its pages (units, zones, services, data centres, checks) below `out`; return the paths.

    `language` is `vi` or `en`. Files are of mode 0600, each written whole or not at all; the index comes last,
    so that it never links to a page that is not there. Raises OSError; ValueError for another language.
    """
    wording = Wording(language)
    report = Report(run, wording)
    environment = report_environment(wording, running_head(run, wording))
    today = day_of(run.judged_at)
    written = []
    for folder in (out, out / "unit", out / "zone", out / "service", out / "datacentre", out / "checks"):
        make_folder(folder)
    for name, template, values in _pages(report):
        page = environment.get_template(template).render(report=report, run=run, today=today, **values)
        path = out / name
        # the last line of defence: whichever way a string came, nothing invisible reaches a reader
        write_whole(path, visible(page).encode("utf-8"))
        written.append(path)
    return written


def summary_html(run: Run, language: str) -> str:
    """Return the executive summary, which prints as two pages of A4. ValueError for a language but `vi` and `en`."""
    report = Report(run, Wording(language))
    _name, template, values = _summary(report)
    page = report_environment(report.wording).get_template(template)
    return visible(page.render(report=report, run=run, **values))


def _summary(report: Report) -> tuple[str, str, dict[str, Any]]:
    style = _asset("summary.css")
    values = {"brief": Executive(report), "style": Markup(style), "policy": _policy(style)}  # noqa: S704  # our own file
    return "summary.html", "summary.html", {"root": "", **values}


def _pages(report: Report) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for unit in report.run.units:
        yield f"unit/{page_name(unit.id)}", "unit.html", {"root": "../", "unit": unit}
    zones = Zones(report.run)
    for zone in report.run.zone_summaries:
        yield f"zone/{page_name(zone)}", "zone.html", {"root": "../", **_zone(zone, zones, report)}
    for service in report.run.parity:
        yield f"service/{service_page(service)}", "service.html", {"root": "../", **_service(service, report)}
    for id, centre in report.run.datacentres.items():
        values = {"root": "../", "centre": centre, "page": DataCentrePage(report.run, id, report.wording)}
        yield f"datacentre/{page_name(id)}", "datacentre.html", values
    for check, info in report.run.checks.items():
        yield f"checks/{page_name(check)}", "check.html", {"root": "../", "check": check, "info": info}
    yield _summary(report)
    centres = partial(DataCentrePage, report.run, wording=report.wording)
    yield (
        "index.html",
        "index.html",
        {
            "root": "",
            "before": Executive(report).before,
            "centres": centres,
            "plan": PlanInTime(report.run, report.wording),
            "trend": Trend(report.run, report.wording),
        },
    )


def _zone(zone: str, zones: Zones, report: Report) -> dict[str, Any]:
    """What a zone's page shows."""
    security = report.run.security(zone)
    assert security is not None  # one of those with a summary
    links, data = chain_parts(security, zone, "SOA", report.wording)
    return {
        "zone": zone,
        "results": zones.results(zone),
        "servers": zones.servers(zone),
        "links": links,
        "data": data,
        "picture": chain_picture(security, zone, "SOA", report.wording),
    }


def _service(name: str, report: Report) -> dict[str, Any]:
    """What a service's page shows."""
    parity = report.run.parity[name]
    results = results_of_service(report.run, name)
    return {
        "service": name,
        "parity": parity,
        "rows": side_by_side(parity, report.wording),
        "picture": latency_picture(parity, report.wording),
        "weeks": week_strip(results, report.wording),
        "results": results,
    }


def report_environment(wording: Wording, head: str = "") -> Environment:
    """The templates of `reports/` with what they may call, in one language. `head`: style of printed pages' heads."""
    environment = template_environment(wording, bounded)
    style = "".join(map(_asset, (*STYLE_SHEETS, "print.css"))) + head
    script = _asset("report.js")
    environment.globals.update(
        wording=wording,
        words=words,
        limits=_LIMITS,
        main_pillars=MAIN_PILLARS,
        differences=DIFFERENCES,
        differences_since=DIFFERENCES_SINCE,
        difference_marks=DIFFERENCE_MARKS,
        segments=segments,
        both_ways=both_ways,
        worst_first=worst_first,
        unit_map=unit_map,
        page_name=page_name,
        service_page=service_page,
        datacentres_of=datacentres_of,
        style=Markup(style),  # noqa: S704  # our own file, and the policy names its hash
        script=Markup(script),  # noqa: S704
        policy=_policy(style, script),
        once=_Once(),
        _word=lambda table, value: wording.gettext(words.word(table, value)),
    )
    environment.filters.update(
        number=wording.number,
        day=wording.day,
        moment=wording.moment,
        utc=utc_text,
        text=lambda value: value.in_language(wording.language),
        argument=lambda value: argument_text(value, wording),
        reference=reference_link,
        short=bounded,
        opening=opening,
        detail=lambda value: detail_text(value, wording),
        sighting=lambda value: sighting_text(value, wording),
    )
    return environment


def _policy(style: str, script: str = "") -> str:
    """The page's policy: this style, this script, pictures that stand in the page, and nothing from anywhere."""
    scripts = f"script-src '{hash_source(script)}'; " if script else ""
    styles = f"style-src '{hash_source(style)}'; "
    return f"default-src 'none'; {styles}{scripts}img-src data:; base-uri 'none'; form-action 'none'"


class _Once:
    """Calls a macro once for the same arguments: what it makes stands in the report a thousand times.

    Such a macro depends on nothing but the run, the way to the report's root, and its arguments.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Markup] = {}

    def __call__(self, macro: Macro, root: str, *arguments: object) -> Markup:
        key = (macro.name, root, *arguments)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Markup(macro(*arguments))  # noqa: S704  # its own escaping is on
        return made


@cache
def _asset(name: str) -> str:
    text = (content_path("reports") / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"\s*([{};,])\s*", r"\1", text)
    return text.strip()
