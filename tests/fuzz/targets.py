"""What is fuzzed: functions of bytes that return None, or raise what is a fault of ours.

The two DNS targets take a number (the first byte) and a response: the number says which response of the
recorded world it stands in for. The others take a file.
"""

import functools
import ipaddress
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dns.name
import dns.rdatatype
import msgspec

from netaudit.authority.masterfile import Bounds, MasterFileError, read_zone_file
from netaudit.dns import signatures
from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, aliases, in_date, malformed_records
from netaudit.dns.validate import Validator
from netaudit.inventory.loader import load_bytes
from netaudit.inventory.problems import InventoryError
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.routing.mrt import RoutingError, read_routes
from netaudit.rules.algorithms import SOFTWARE, Policy
from netaudit.rules.signed_data import is_good
from tests.fuzz.documents import printed_routes, registries, sessions, vrps
from tests.fuzz.world import UNSIGNED, Question, RecordedWorld
from tests.model.oracle import as_dnspython_reads_it, described

__all__ = ["HANG", "TARGETS", "inventory", "mrt", "response", "validator", "zone_file"]

HANG = 2.0  # seconds of CPU for one input
WORLD = RecordedWorld()

_SECURE, _INSECURE = SecurityStatus.SECURE, SecurityStatus.INSECURE
_PREFIXES = ("192.0.2.0/24", "2001:db8::/32")
_NETWORKS = [ipaddress.ip_network(prefix) for prefix in _PREFIXES]
_APEX = dns.name.from_text("tinh.vn")
_BOUNDS = Bounds(bytes=1 << 20, records=2_000, files=4, depth=3)
_DAY = date(2026, 11, 26)
_FOLDER = tempfile.TemporaryDirectory(prefix="netaudit-fuzz-")
_FILE = Path(_FOLDER.name) / "input"  # alone in its folder: there is nothing to include
_DEEP = tuple(
    (dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
    for name, rdtype in (("www.tinh.vn", "A"), ("www.ky.tinh.vn", "A"), UNSIGNED)
)

Target = Callable[[bytes], None]


def _prompt(target: Target) -> Target:
    """The target, and a fault when one input costs more than `HANG`."""

    @functools.wraps(target)
    def timed(data: bytes) -> None:
        began = time.process_time()
        target(data)
        spent = time.process_time() - began
        assert spent < HANG, f"{spent:.1f} s of CPU for one input"

    return timed


@_prompt
def response(data: bytes) -> None:
    """Everything that `Response` and `Exchange` say of a response can be asked, whatever its bytes are."""
    exchange = _replaced(data)[1]
    anonymous = msgspec.structs.replace(exchange, response=bytes(len(data[1:3])) + data[3:])
    assert described(anonymous.message) == described(as_dnspython_reads_it(anonymous.response or b""))
    read = Response(exchange)
    for said in (read, *(Response(exchange, name) for name in aliases(read, Budget().aliases))):
        if said.kind is Kind.ANSWER:
            assert said.find(said.answer, said.name, said.rdtype)
        if said.kind is Kind.ALIAS:
            assert said.alias() is None or said.alias() != said.name or said.name == read.name
        if said.kind is Kind.REFERRAL:
            assert said.referral() is not None
        for section in (said.answer, said.authority, said.additional):
            for rrset in section:
                said.signatures(section, rrset)
                said.dname(rrset.name)
                list(said.glue(rrset.name))
                [rdata.to_digestable() for rdata in rrset]
    in_date(read, WORLD.now)
    assert (read.kind is Kind.UNREADABLE) is not exchange.readable
    assert all(len(line) <= 200 for line in malformed_records(exchange))
    assert exchange.rcode is None or 0 <= exchange.rcode < 4096


@_prompt
def validator(data: bytes) -> None:
    """A changed response never raises, never costs more than the budget, and never makes false data believed.

    Data is false when it is not what the world's signers signed. Nor is a signed name ever taken for unsigned.
    """
    slot, changed = _replaced(data)
    genuine = WORLD.exchanges[slot]
    count = _Counted()
    evidence = (changed, *(exchange for exchange in _evidence(slot) if exchange is not genuine))
    judge = Validator(evidence, WORLD.anchors, WORLD.now, policy=count.policy)
    for question in (genuine.question, *_DEEP):
        before, after = _genuine(question), judge.status(*question)
        if before.status is _SECURE:
            assert after.status is not _INSECURE, f"{question}: a downgrade: {after.reason}, {after.detail}"
        else:
            assert after.status is not _SECURE, f"{question} was {before.status}"
        if after.status is _SECURE:
            assert _trusted(after) == _trusted(before), f"{question}: other keys are trusted"
            if question == genuine.question and changed.id in after.facts:
                assert _meaning(changed) == _meaning(genuine), f"{question}: false data is believed"
    # an answer is judged once for each question, and once more as what a parent says of a DS
    most = (len(_DEEP) + 2) * Budget().signatures_per_response
    assert count.spent <= _usual() + most, f"{count.spent} signatures verified"


@_prompt
def inventory(data: bytes) -> None:
    """An inventory is read, or refused with the lines to be mended."""
    try:
        loaded = load_bytes(data, _FILE, _DAY)
    except InventoryError as error:
        assert error.problems
        return
    assert loaded.inventory.services is not None
    msgspec.json.encode(loaded.inventory)


@_prompt
def mrt(data: bytes) -> None:
    """A collector's file is read, or refused with an offset and what came before; all of it concerns our prefixes."""
    _FILE.write_bytes(data)
    try:
        dump = read_routes(_FILE, _PREFIXES)
    except RoutingError as error:
        assert "at byte" in str(error)
        assert error.partial is not None
        dump = error.partial
    assert len(dump.routes) <= 100_000
    assert all(len(route.as_path) <= 255 for route in dump.routes)
    for found in {route.prefix for route in dump.routes}:
        network = ipaddress.ip_network(found)
        assert any(network.version == ours.version and network.overlaps(ours) for ours in _NETWORKS), found
    msgspec.json.encode(dump.routes)


@_prompt
def zone_file(data: bytes) -> None:
    """A master file is read, or refused with its lines; what is read can be written out again."""
    _FILE.write_bytes(data)
    try:
        zone = read_zone_file(_FILE, _APEX, _BOUNDS)
    except MasterFileError as error:
        assert 0 < len(error.mistakes) <= 21
        return
    assert all(name.is_subdomain(_APEX) for name, _, _ in zone.places)
    list(zone.content.lines())


TARGETS: dict[str, Target] = {
    target.__name__.replace("_", "-"): target
    for target in (
        response, validator, inventory, mrt, zone_file, *map(_prompt, (printed_routes, sessions, vrps, registries)),
    )
}  # fmt: skip


def _replaced(data: bytes) -> tuple[int, Exchange]:
    """The number of a recorded exchange, and that exchange with the rest of the bytes for a response."""
    slot = (data[0] if data else 0) % len(WORLD.exchanges)
    return slot, msgspec.structs.replace(WORLD.exchanges[slot], response=data[1:])


def _trusted(security: Security) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """The zones of a chain with the DS and DNSKEY records that carry it."""
    return [(link.zone, frozenset(link.ds), frozenset(link.keys)) for link in security.links]


def _meaning(exchange: Exchange) -> list[object]:
    """What a response says of the name asked, and of the targets of its aliases that nobody was asked about."""
    first = Response(exchange)
    found = [_said(first)]
    for target in aliases(first, Budget().aliases):
        if (target, first.rdtype) in WORLD.questions:
            break
        found.append(_said(Response(exchange, target)))
    return found


def _said(read: Response) -> object:
    if read.kind is Kind.ANSWER:
        rrset = read.find(read.answer, read.name, read.rdtype)
        return frozenset(rdata.to_digestable() for rdata in rrset or ())
    return read.alias() if read.kind is Kind.ALIAS else "absent"


class _Counted:
    """A policy that counts the signatures verified. Verifying the same one again in another run costs nothing."""

    def __init__(self) -> None:
        self.spent = 0
        self.policy: Policy = SOFTWARE._replace(verifiers=dict.fromkeys(SOFTWARE.algorithms, self._verify))

    def _verify(self, data: bytes, signature: bytes, key: signatures.DNSKEY) -> bool:
        self.spent += 1
        return _verified(data, signature, key)


@functools.lru_cache(1024)
def _verified(data: bytes, signature: bytes, key: signatures.DNSKEY) -> bool:
    return is_good(data, signature, key)


@functools.cache
def _genuine(question: Question) -> Security:
    """The status in the world as it was recorded."""
    return Validator(WORLD.exchanges, WORLD.anchors, WORLD.now).status(*question)


@functools.cache
def _evidence(slot: int) -> tuple[Exchange, ...]:
    """What the statuses asked for rest on, and the exchange itself: to validate the whole world each time is slow."""
    own = WORLD.exchanges[slot]
    needed = {own.id, *(fact for question in (own.question, *_DEEP) for fact in _genuine(question).facts)}
    return tuple(exchange for exchange in WORLD.exchanges if exchange.id in needed)


@functools.cache
def _usual() -> int:
    """How many signatures it takes to validate all that is asked of the world as it was recorded."""
    count = _Counted()
    judge = Validator(WORLD.exchanges, WORLD.anchors, WORLD.now, policy=count.policy)
    for question in WORLD.questions:
        judge.status(*question)
    return count.spent
