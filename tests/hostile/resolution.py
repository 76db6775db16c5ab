"""Attacks on the work of resolution: referrals, dependencies and aliases without end, and servers without an answer."""

from itertools import count

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from netaudit.model.common import Reason, Transport
from tests.hostile.attack import Scene, attack
from tests.hostile.internet import EVIL, EVIL_ZONE, Asked, attacked, denied, given, referred

NXNS, CYCLES, CHAINS, SERVERS = (
    "NXNSAttack (CVE-2020-12667, CVE-2022-3204)",
    "TsuNAME",
    "Aliases over zones (CVE-2026-50045)",
    "Servers without an answer",
)
UNKNOWN = ("indeterminate no_anchor",)
A, DS, NS, DNSKEY = dns.rdatatype.A, dns.rdatatype.DS, dns.rdatatype.NS, dns.rdatatype.DNSKEY
# queries: those of a name, and as many for the last zone on the way; those of a chain of zones, and the same
_NAME, _LOOKUP = 405, 1000


def _below(name: dns.name.Name, depth: int) -> dns.name.Name:
    """The ancestor of a name that has so many labels, the root counted."""
    return name.split(min(depth, len(name)))[1]


def _fans_out(asked: Asked, fresh: "count[int]", width: int) -> dns.message.Message:
    """Refer to so many servers in as many zones that nobody has heard of."""
    zone = _below(asked.name, 3)
    return referred(asked, zone, *(f"ns.n{next(fresh)}.evil." for _ in range(width)))


@attack(NXNS, *UNKNOWN, failures=[Reason.BUDGET], queries=_NAME, seconds=6.0)
def nxns() -> Scene:
    """Each zone has 300 name servers in zones of their own, without glue, and so has each of those."""
    fresh = count()

    def says(asked: Asked) -> dns.message.Message:
        return denied(asked) if len(asked.name) < 3 else _fans_out(asked, fresh, 300)

    return attacked(says)


@attack(NXNS, *UNKNOWN, failures=[Reason.BUDGET], queries=_NAME, seconds=6.0)
def nxns_64_kb() -> Scene:
    """The same with 2000 name servers, in referrals that need TCP and take some 60 kB."""
    fresh = count()

    def says(asked: Asked) -> dns.message.Message:
        if len(asked.name) < 3:
            return denied(asked)
        if asked.transport is Transport.TCP:
            return _fans_out(asked, fresh, 2000)
        message = dns.message.make_response(asked.query)
        message.flags |= dns.flags.TC
        return message

    return attacked(says)


@attack(NXNS, *UNKNOWN, failures=[Reason.BUDGET], queries=_NAME)
def nxns_without_names() -> Scene:
    """A zone has 300 name servers that do not exist."""

    def says(asked: Asked) -> dns.message.Message:
        if asked.name.is_subdomain(dns.name.from_text("www.evil")):
            return referred(asked, dns.name.from_text("www.evil"), *(f"n{n}.evil." for n in range(300)))
        return denied(asked)

    return attacked(says)


@attack(NXNS, *UNKNOWN, queries=_LOOKUP, seconds=3.0)
def nr_delegation() -> Scene:
    """The zone works, but lists 300 more servers whose zones delegate on and on."""
    fresh = count()
    zone = dns.name.from_text("www.evil")

    def says(asked: Asked) -> dns.message.Message:
        if asked.name == zone and asked.rdtype == A:
            return given(asked, "A", "192.0.2.80")
        if asked.name == zone and asked.rdtype in (DS, DNSKEY):
            return denied(asked, zone, dns.rcode.NOERROR)
        if asked.name == zone:
            servers = (f"ns.n{next(fresh)}.evil." for _ in range(300))
            return referred(asked, zone, "a.evil.", *servers, glue={"a.evil.": EVIL})
        if len(asked.name) < 3:
            return denied(asked)
        return _fans_out(asked, fresh, 20)

    return attacked(says)


@attack(NXNS, *UNKNOWN, failures=[Reason.BUDGET], queries=_LOOKUP, seconds=4.0)
def nested_delegations() -> Scene:
    """Every label is a zone that works, and each lists 20 more servers to be looked for."""
    fresh = count()

    def says(asked: Asked) -> dns.message.Message:
        if asked.rdtype == NS and asked.name.labels[0] == b"x":
            servers = (f"ns{next(fresh)}.evil." for _ in range(19))
            return referred(asked, asked.name, f"a.{asked.name}", *servers, glue={f"a.{asked.name}": EVIL})
        if asked.rdtype in (DS, DNSKEY):
            return denied(asked, asked.name, dns.rcode.NOERROR)
        zone = asked.name if asked.name.labels[0] == b"x" else asked.name.parent()
        if asked.name.labels[0] == b"a":
            return given(asked, "A", EVIL) if asked.rdtype == A else denied(asked, zone, dns.rcode.NOERROR)
        return denied(asked, zone if zone.labels[0] == b"x" else EVIL_ZONE)

    return attacked(says, "x." * 100 + "evil")


@attack(CYCLES, *UNKNOWN, failures=[Reason.NAME_RESOLUTION], queries=60)
def tsuname() -> Scene:
    """Two zones, each with its only server in the other."""
    pairs = {b"one": "two", b"two": "one"}

    def says(asked: Asked) -> dns.message.Message:
        zone = _below(asked.name, 3)
        other = pairs.get(zone.labels[0])
        return referred(asked, zone, f"ns.{other}.evil.") if other else denied(asked, rcode=dns.rcode.NOERROR)

    return attacked(says, "www.one.evil")


@attack(CYCLES, *UNKNOWN, failures=[Reason.NAME_RESOLUTION, Reason.BUDGET], queries=_NAME)
def tsuname_of_many() -> Scene:
    """Twelve zones, each with all its servers in all the others."""

    def says(asked: Asked) -> dns.message.Message:
        zone = _below(asked.name, 3)
        if not zone.labels[0].startswith(b"z"):
            return denied(asked, rcode=dns.rcode.NOERROR)
        return referred(asked, zone, *(f"ns.z{n}.evil." for n in range(12) if f"z{n}".encode() != zone.labels[0]))

    return attacked(says, "www.z0.evil")


@attack(CYCLES, *UNKNOWN, failures=[Reason.BUDGET], queries=_NAME)
def endless_dependency() -> Scene:
    """The server of each zone is in the next one, for ever."""

    def says(asked: Asked) -> dns.message.Message:
        zone = _below(asked.name, 3)
        if not zone.labels[0].startswith(b"z"):
            return denied(asked, rcode=dns.rcode.NOERROR)
        return referred(asked, zone, f"ns.z{int(zone.labels[0][1:]) + 1}.evil.")

    return attacked(says, "www.z0.evil")


@attack(CYCLES, *UNKNOWN, failures=[Reason.NO_ADDRESS], queries=60)
def glue_within() -> Scene:
    """The only server of a zone is in the zone itself, without glue."""

    def says(asked: Asked) -> dns.message.Message:
        if not asked.name.is_subdomain(dns.name.from_text("one.evil")):
            return denied(asked, rcode=dns.rcode.NOERROR)
        return referred(asked, _below(asked.name, 3), f"ns.{_below(asked.name, 3)}")

    return attacked(says, "www.one.evil")


@attack(CYCLES, *UNKNOWN, failures=[Reason.PROTOCOL], queries=80)
def referral_in_a_circle() -> Scene:
    """Every answer is a referral to the root, to the zone itself, or upwards."""
    turns = count()

    def says(asked: Asked) -> dns.message.Message:
        zone = (dns.name.root, EVIL_ZONE, dns.name.from_text("other"))[next(turns) % 3]
        return referred(asked, zone, "ns.evil.", glue={"ns.evil.": EVIL})

    return attacked(says)


@attack(CHAINS, "indeterminate budget_aliases", "indeterminate no_anchor", failures=[Reason.BUDGET], queries=_NAME)
def endless_aliases() -> Scene:
    """Every name is an alias of a new one."""
    fresh = count()

    def says(asked: Asked) -> dns.message.Message:
        return denied(asked) if asked.rdtype in (NS, DS, DNSKEY) else given(asked, "CNAME", f"n{next(fresh)}.evil.")

    return attacked(says)


@attack(CHAINS, "indeterminate budget_aliases", "indeterminate no_anchor", failures=[Reason.BUDGET], queries=_NAME)
def endless_dnames() -> Scene:
    """A DNAME below itself, which makes the name longer at each step."""

    def says(asked: Asked) -> dns.message.Message:
        if asked.rdtype in (NS, DS, DNSKEY):
            return denied(asked, rcode=dns.rcode.NOERROR)
        return given(asked, "DNAME", "a.b.evil.", owner=dns.name.from_text("b.evil"))

    return attacked(says, "www.b.evil")


@attack(CHAINS, *UNKNOWN, "indeterminate budget_aliases", failures=[Reason.BUDGET], queries=_LOOKUP, seconds=4.0)
def aliases_over_zones() -> Scene:
    """Every name is an alias into a new zone, which has 19 servers without addresses beside one that has."""
    fresh = count()

    def says(asked: Asked) -> dns.message.Message:
        zone = _below(asked.name, 3)
        if zone.labels[0].startswith(b"ns") or len(asked.name) < 3:
            return denied(asked)
        if asked.name == zone and asked.rdtype == NS:
            lame = (f"ns{next(fresh)}.evil." for _ in range(19))
            return referred(asked, zone, f"a.{zone}", *lame, glue={f"a.{zone}": EVIL})
        if asked.rdtype == A and asked.name.labels[0] == b"www":
            return given(asked, "CNAME", f"www.z{next(fresh)}.evil.")
        return denied(asked, zone, dns.rcode.NOERROR)

    return attacked(says, "www.z.evil")


def _always(name: str, what: str, rcode: dns.rcode.Rcode, failure: Reason = Reason.PROTOCOL) -> None:
    def build() -> Scene:
        def says(asked: Asked) -> dns.message.Message:
            message = dns.message.make_response(asked.query)
            message.set_rcode(rcode)
            return message

        return attacked(says)

    build.__name__, build.__doc__ = name, what
    attack(SERVERS, *UNKNOWN, failures=[failure], queries=60)(build)


for _rcode in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.REFUSED, dns.rcode.SERVFAIL, dns.rcode.BADVERS):
    _text = dns.rcode.to_text(_rcode)
    _always(f"always_{_text.lower()}", f"Every answer is {_text}.", _rcode)


@attack(SERVERS, *UNKNOWN, failures=[Reason.PROTOCOL, Reason.TIMEOUT], queries=60)
def always_truncated() -> Scene:
    """Every answer is truncated, over UDP and over TCP."""

    def says(asked: Asked) -> dns.message.Message:
        message = dns.message.make_response(asked.query)
        message.flags |= dns.flags.AA | dns.flags.TC
        return message

    return attacked(says)


@attack(SERVERS, *UNKNOWN, failures=[Reason.PROTOCOL], queries=60)
def truncated_then_silent() -> Scene:
    """Every answer is truncated, and TCP gives none."""

    def says(asked: Asked) -> dns.message.Message | None:
        message = dns.message.make_response(asked.query)
        message.flags |= dns.flags.TC
        return message if asked.transport is Transport.UDP else None

    return attacked(says)


def _bytes(name: str, what: str, answer: bytes) -> None:
    def build() -> Scene:
        return attacked(lambda asked: answer)

    build.__name__, build.__doc__ = name, what
    attack(SERVERS, *UNKNOWN, failures=[Reason.PROTOCOL], queries=60)(build)


_bytes("no_octets", "Every answer is empty.", b"")
_bytes("noise", "Every answer is noise.", b"\xff" * 512)


@attack(SERVERS, *UNKNOWN, failures=[Reason.PROTOCOL], queries=60)
def another_question() -> Scene:
    """Every answer is to another question, and good."""

    def says(asked: Asked) -> dns.message.Message:
        other = dns.message.make_query("other.evil", "A", id=asked.query.id)
        message = dns.message.make_response(other)
        message.flags |= dns.flags.AA
        return message

    return attacked(says)


@attack(SERVERS, *UNKNOWN, queries=80)
def everything_is_a_zone() -> Scene:
    """Every name has 400 NS records, 400 addresses and itself as a server."""

    def says(asked: Asked) -> dns.message.Message:
        if asked.rdtype == NS:
            return given(asked, "NS", "ns.evil.", *(f"n{n}.evil." for n in range(400)))
        if asked.rdtype == A:
            return given(asked, "A", *(f"192.0.2.{n}" for n in range(250)))
        return denied(asked, asked.name, dns.rcode.NOERROR)

    return attacked(says)
