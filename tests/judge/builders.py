"""A catalogue of checks that say what they are told, an inventory, and facts, all built by hand."""

from collections.abc import Callable, Iterable
from pathlib import Path

from netaudit.judge.catalogue import Catalogue, Check
from netaudit.judge.derive import Derived
from netaudit.judge.verdicts import Verdicts
from netaudit.model.common import Failure, Family, Reason, Side, Text
from netaudit.model.evidence import Evidence
from netaudit.model.inventory import (
    DataCentre,
    Inventory,
    NetworkKind,
    Province,
    Register,
    Service,
    Tier,
    Unit,
)
from netaudit.model.profile import CheckInfo
from netaudit.model.verdict import (
    Outcome,
    Target,
    TargetKind,
    could_not_test,
    failed,
    manual,
    not_applicable,
    passed,
    warned,
)

NOW = 1_795_500_000.0  # 2026-11-24
TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no answer")
CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS, detail="closed")
NAME = Text("Tên", "Name")

Word = str
"""What a check is told to say of a target: see `outcome` and `check`."""


class Said(Evidence, frozen=True, kw_only=True):
    """Evidence that says what each check shall conclude: check id -> word."""

    words: dict[str, Word]


def outcome(word: Word) -> Outcome:
    """The outcome that a word stands for."""
    made: dict[Word, Callable[[], Outcome]] = {
        "pass": lambda: passed("ok"),
        "fail": lambda: failed("bad", servers=("ns1",)),
        "warn": lambda: warned("soft"),
        "na": lambda: not_applicable("none"),
        "gap": lambda: could_not_test("gap", TIMEOUT),
        "closed": lambda: could_not_test("gap", CLOSED),
        "manual": lambda: manual("look"),
    }
    return made[word]()


def check(id: str, kind: TargetKind, **parameters: int) -> Check:
    """A check that says what the evidence tells it. `at least N` passes when its parameter is at most N."""

    def judge(evidence: Said, **given: int) -> Outcome:
        word = evidence.words[id]
        if word.startswith("at least "):
            return passed("ok") if given["least"] <= int(word.rpartition(" ")[2]) else failed("bad")
        return outcome(word)

    info = CheckInfo(
        id=id,
        target=kind,
        title=NAME,
        why=NAME,
        fix=NAME,
        messages={"ok": NAME, "bad": NAME, "soft": NAME, "none": NAME, "gap": NAME, "look": NAME},
        recheck="dig {target}",
        references=("RFC 1035",),
        parameters=dict(parameters),
        stable=("servers",),
    )
    return Check(info=info, judge=judge, path=Path(f"{id}.yaml"), lines={})


def catalogue(*checks: Check) -> Catalogue:
    """A catalogue of these checks."""
    return Catalogue(checks={made.info.id: made for made in checks}, sha256="cafe")


WEB = check("web.open", TargetKind.ENDPOINT)
HOST = check("ipv6.aaaa", TargetKind.HOST)
ZONE = check("dns.tcp", TargetKind.ZONE, least=2)
MAIL = check("mail.starttls", TargetKind.MAIL)
FILES = (
    check("multihome.two", TargetKind.DATACENTRE),
    check("certificates.count", TargetKind.REGISTER),
    check("coverage.working", TargetKind.COVERAGE),
)
CATALOGUE = catalogue(WEB, HOST, ZONE, MAIL, *FILES)


def site(name: str, *units: str, kind: str = "site", scheme: str = "https", **more: object) -> Service:
    """A service on a host of the same name below p.example."""
    host = "p.example" if name == "@" else f"{name}.p.example"
    return Service(id=name.strip("@") or "apex", kind=kind, host=host, units=units, scheme=scheme, **more)  # type: ignore[arg-type]


UNITS = (
    Unit(id="head", name=NAME, tier="province"),
    Unit(id="one", name=NAME, tier="commune"),
    Unit(id="two", name=NAME, tier="commune"),
)


def inventory(*services: Service, zones: tuple[str, ...] = ("p.example",), **more: object) -> Inventory:
    """A province of three units in two tiers."""
    return Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="p", name=NAME),
        tiers=(Tier(id="province", name=NAME, expected=1), Tier(id="commune", name=NAME, expected=3)),
        units=UNITS,
        services=services,
        zones=zones,
        datacentres=(DataCentre(id="dc", name=NAME, asns=(64500,), prefixes=("192.0.2.0/24",), owner="two"),),
        registers=(Register(id="reg", file="r.csv", declared={"person": 1}),),
        **more,  # type: ignore[arg-type]
    )


def target(kind: TargetKind, name: str) -> Target:
    """A target."""
    return Target(kind=kind, name=name)


def verdicts(*derived: Derived, checks: Catalogue = CATALOGUE) -> Verdicts:
    """The verdicts of these targets."""
    return Verdicts(checks, derived)


def said(
    kind: TargetKind,
    name: str,
    words: dict[str, Word] | Word,
    *,
    services: Iterable[Service] = (),
    families: Iterable[Family] | None = None,
) -> Derived:
    """A target with what every check says of it, or each one by id."""
    told = words if isinstance(words, dict) else dict.fromkeys(CATALOGUE.checks, words)
    evidence = Said(now=NOW, vantage=None, words=told)
    known = None if families is None else frozenset(families)
    return Derived(target(kind, name), evidence, services=tuple(services), families=known)
