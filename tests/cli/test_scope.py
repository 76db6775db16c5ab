"""What the inventory forbids a scan: prefixes that it excludes, and any scan after its authorisation has ended."""

from pathlib import Path

from netaudit.model.common import Reason, Side
from netaudit.model.exchange import Exchange
from netaudit.model.facts import HttpHop, MailFact, WebFact
from netaudit.store.facts import read_facts
from tests.cli.command import netaudit

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
    assert {type(fact) for fact in sent} == {Exchange, HttpHop}
    for fact in sent:
        assert fact.failure is not None
        assert (fact.failure.reason, fact.failure.side) == (Reason.OUT_OF_SCOPE, Side.OURS)
        assert fact.tries == 0
