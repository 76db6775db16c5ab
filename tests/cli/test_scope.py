"""What the inventory forbids a scan: prefixes that it excludes, and any scan after its authorisation has ended."""

from pathlib import Path

import pytest

from netaudit.model.common import Reason, Side
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact, WebFact
from netaudit.store.facts import read_facts
from tests.cli.command import netaudit
from tests.cli.conftest import Inside

EXCLUDED = ("198.51.100.53", "2001:db8:113::10")  # a name server over IPv4, the web server over IPv6


def test_excluded_prefixes_are_never_sent_to_in_the_lab_either(province: Path) -> None:
    path = province / "inventory.yaml"
    text = path.read_text(encoding="utf-8")
    excluded = 'scope:\n  exclude: [198.51.100.0/24, "2001:db8:113::10/128"]'
    path.write_text(text.replace("scope:", excluded), encoding="utf-8")
    done = netaudit("scan", "--lang", "en", cwd=province)
    assert done.returncode == 3, done.stderr
    facts = read_facts(province / "out" / "facts.jsonl.zst").facts
    sent: list[Exchange | HttpHop | MailFact] = []
    for fact in facts:
        match fact:
            case Exchange() if fact.server in EXCLUDED:
                sent.append(fact)
            case WebFact():
                sent += [hop for hop in fact.hops if hop.address in EXCLUDED]
            case MailFact() if fact.address in EXCLUDED:
                sent.append(fact)
    assert {type(attempt) for attempt in sent} == {Exchange, HttpHop}
    for attempt in sent:
        assert attempt.failure is not None
        assert (attempt.failure.reason, attempt.failure.side) == (Reason.OUT_OF_SCOPE, Side.OURS)
        assert attempt.tries == 0


ENDED = "authorisation: {text: Cho phép, reference: 12/QĐ, valid_until: 2026-01-31}\n"


@pytest.mark.parametrize("words", [("scan",), ("collect",), ("scan", "--resume")])
def test_the_internet_is_not_scanned_after_the_authorisation_has_ended(
    words: tuple[str, ...], province: Path, inside: Inside
) -> None:
    path = province / "inventory.yaml"
    text = path.read_text(encoding="utf-8").replace("network: lab\nworld: world.yaml", "network: internet")
    path.write_text(ENDED + text, encoding="utf-8")
    done = inside(*words, cwd=province)
    assert done.returncode == 2
    assert "inventory.yaml: the authorisation (12/QĐ) ended on 2026-01-31; nothing was sent" in done.stderr
    assert not (province / "out").exists()
    assert inside("plan", cwd=province).returncode == 0, "looking at what would be sent needs no leave"


def test_the_lab_needs_no_authorisation(province: Path) -> None:
    path = province / "inventory.yaml"
    path.write_text(ENDED + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert netaudit("scan", "--check", "web.https", cwd=province).returncode == 0
