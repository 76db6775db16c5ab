"""Internationalised names on the pages: what DNS holds, and what people read."""

from pathlib import Path

import idna
import msgspec
import pytest

from netaudit.model.run import Run
from netaudit.model.verdict import Target, Verdict
from netaudit.writers.html import write_html
from netaudit.writers.markdown import run_markdown
from netaudit.writers.names import both_ways
from netaudit.writers.parity import service_page
from tests.writers.synthetic import province_run

READ = "sở-y-tế.lâmđồng.vn"
HELD = idna.encode(READ).decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (HELD, f"{HELD} ({READ})"),
        (f"https://{HELD}:443", f"https://{HELD}:443 ({READ})"),
        ("https://tinh.vn:443", "https://tinh.vn:443"),
        ("https://xn--a:443", "https://xn--a:443"),
        ("xn--" + "a" * 100_000, "xn--" + "a" * 296 + "… (+99704)"),
    ],
)
def test_a_name_is_shown_both_ways(name: str, shown: str) -> None:
    assert both_ways(name) == shown


def test_pages_show_it_both_ways_and_link_by_what_dns_holds(tmp_path: Path) -> None:
    run, old = _renamed()
    write_html(run, tmp_path, "vi")
    endpoint = f"https://{HELD}:443"
    for page in ("index.html", f"service/{service_page(endpoint)}", "checks/dual_stack.web_content.html"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert f"{endpoint} ({READ})" in text, page
        assert old not in text
    assert f"https://{HELD}:443 ({READ})" in run_markdown(run, "vi")


def _renamed() -> tuple[Run, str]:
    """The province with one host under an international name, whose contents differ between the families."""
    run = province_run()
    old = next(r.verdict.target.name for r in run.results
               if r.verdict.check == "dual_stack.web_content" and r.verdict.outcome.status == "fail")  # fmt: skip
    host = old.partition("://")[2].rpartition(":")[0]

    def verdict(given: Verdict) -> Verdict:
        name = given.target.name.replace(host, HELD)
        return msgspec.structs.replace(given, target=Target(kind=given.target.kind, name=name))

    return msgspec.structs.replace(
        run,
        results=tuple(msgspec.structs.replace(r, verdict=verdict(r.verdict)) for r in run.results),
        services=tuple(msgspec.structs.replace(s, host=s.host.replace(host, HELD)) for s in run.services),
        parity={name.replace(host, HELD): parity for name, parity in run.parity.items()},
        clauses=tuple(msgspec.structs.replace(c, failing=tuple(t.replace(host, HELD) for t in c.failing))
                      for c in run.clauses),
        expiries=(),
    ), host  # fmt: skip
