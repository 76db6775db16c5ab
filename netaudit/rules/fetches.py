"""What was seen of an endpoint, address by address: fetches and others; shared by the judges of endpoints.

Three answers to "does this address serve": yes, no, and unknown. A failure of our side, of a budget or
of the path before enough tries is unknown. An explicit refusal is the address's own word, a silence is
none: it takes tries. A response that turns us away (403, 429) is a response. A service over UDP owes nobody an answer:
its silence counts where it answered the same request elsewhere; NTP's counts always.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, Evidence, HostEvidence
from netaudit.model.facts import ConnectFact, DatagramFact, DialogueFact, HttpHop, Lookup, TlsObservation, WebFact
from netaudit.model.verdict import Observation, Outcome, could_not_test
from netaudit.rules.addresses import classify, within
from netaudit.rules.dialects import greeted
from netaudit.rules.rounds import FAILING_ROUNDS, total_tries, weighed
from netaudit.rules.turned_away import turned_away
from netaudit.rules.zones import trouble

__all__ = [
    "SECURITY_HEADERS", "Reach", "Seen", "addresses", "attempt", "cut_short", "endpoint_reach", "failed_standing",
    "first_failure", "header", "in_circle", "is_web", "location", "origin", "own", "plain", "row", "rows", "seen",
    "sessions",
    "trusted", "untested", "usable", "vouched", "why_unseen",
]  # fmt: skip

SILENT = frozenset({Reason.TIMEOUT, Reason.RESET, Reason.UNREACHABLE, Reason.PROHIBITED})
SPOKEN = frozenset({Reason.REFUSED, Reason.TLS, Reason.TLS_ALERT, Reason.PROTOCOL, Reason.MALFORMED})
SERVER_ERROR = 500

Seen = WebFact | ConnectFact | DialogueFact | DatagramFact
"""What a scan saw at one address of an endpoint."""

SECURITY_HEADERS = (
    "strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options",
    "referrer-policy", "permissions-policy", "cross-origin-opener-policy", "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
)  # fmt: skip
"""Header fields by which a server tells browsers to protect their users, in lower case."""


class Reach(NamedTuple):
    """Whether one address serves (`ok` None: unknown), and how it showed."""

    where: str
    address: str
    family: Family
    ok: bool | None
    saw: str
    failure: Failure | None = None
    fact: str = ""

    @property
    def label(self) -> str:
        """The address as sentences name it, with a status or a registered kind of address that tells the fault."""
        if self.failure is not None and self.saw.startswith(trouble(self.failure)):
            return self.address
        return f"{self.address} ({self.saw.partition(';')[0]})"

    def row(self) -> Observation:
        """The row of the evidence table."""
        return Observation(where=self.where, saw=self.saw, address=self.address, family=self.family, ok=self.ok)


def rows(reached: Iterable[Reach]) -> tuple[Observation, ...]:
    """The evidence table."""
    return tuple(reach.row() for reach in reached)


def row(fact: Seen, saw: str, ok: bool | None = None) -> Observation:
    """A row of the evidence table about one address of an endpoint."""
    return Observation(where=fact.endpoint, saw=saw, address=fact.address, family=fact.family, ok=ok)


def is_web(evidence: EndpointEvidence) -> bool:
    """Whether the endpoint speaks HTTP."""
    return evidence.endpoint.startswith(("https://", "http://"))


def own(evidence: EndpointEvidence) -> tuple[WebFact, ...]:
    """The fetches of the endpoint itself."""
    return tuple(fact for fact in evidence.web if fact.endpoint == evidence.endpoint and not fact.control)


def plain(evidence: EndpointEvidence) -> tuple[WebFact, ...]:
    """The fetches of `http://HOST:80` on the same host."""
    wanted = f"http://{evidence.host.host}:80"
    return tuple(fact for fact in evidence.web if fact.endpoint == wanted and not fact.control)


def addresses(host: HostEvidence, family: Family) -> tuple[str, ...]:
    """The host's addresses of one family, as far as they are known."""
    lookup = host.lookup(family)
    return lookup.addresses if lookup is not None else ()


def usable(host: HostEvidence, family: Family, allowed: Sequence[str]) -> tuple[str, ...]:
    """The host's addresses that the Internet can route to, or that the inventory's scope allows."""
    found = addresses(host, family)
    return tuple(address for address in found if classify(address).is_global or within(address, allowed))


def endpoint_reach(
    evidence: EndpointEvidence, families: Iterable[Family], min_tries: int, failing_rounds: int = FAILING_ROUNDS
) -> list[Reach]:
    """How each address of the endpoint's host served, in the families named.

    A silence counts from `min_tries` on, and a failure that passed where it came in `failing_rounds`. Who turns
    scanners away serves.
    """
    wanted = frozenset(families)
    found = [_reach(evidence, fact, min_tries, failing_rounds) for fact in seen(evidence) if fact.family in wanted]
    known = {reach.address for reach in found}
    for family in sorted(wanted):
        missing = [address for address in addresses(evidence.host, family) if address not in known]
        found += [_not_fetched(evidence, address, family) for address in missing]
    return found


def seen(evidence: EndpointEvidence) -> tuple[Seen, ...]:
    """What was seen of the endpoint itself, an address each."""
    if is_web(evidence):
        return own(evidence)
    return (*evidence.connects, *evidence.dialogues, *evidence.datagrams)


def attempt(fact: Seen) -> tuple[Failure | None, int]:
    """The failure of the connection to the address itself, and the tries; redirects aside."""
    if not isinstance(fact, WebFact):
        return fact.failure, total_tries(fact.rounds, fact.tries)
    if not fact.hops:
        return fact.failure or _NOT_FETCHED, 0
    return fact.hops[0].failure, total_tries(fact.rounds, fact.hops[0].tries)


def untested(evidence: EndpointEvidence, families: Iterable[Family], reached: Iterable[Reach] = ()) -> Outcome:
    """The outcome when nothing could be seen: message `not_tested`."""
    reached = tuple(reached)
    failure = why_unseen(evidence, families, reached)
    return could_not_test("not_tested", failure, observed=rows(reached))


def why_unseen(evidence: EndpointEvidence, families: Iterable[Family], reached: Iterable[Reach] = ()) -> Failure:
    """Why there is nothing to judge: a closed network, our own blindness, the name, or the attempts."""
    families = tuple(families)
    if evidence.services and all(service.network == "tslcd" for service in evidence.services):
        return _CLOSED
    blind = [failure for family in families if (failure := evidence.blind(family)) is not None]
    if blind and len(blind) == len(families):
        return blind[0]
    tried = first_failure(reach.failure for reach in reached)
    if tried is not None:
        return tried
    lookups = [evidence.host.lookup(family) for family in families]
    named = first_failure(lookup.failure for lookup in lookups if lookup is not None)
    if named is not None or blind:
        return named or blind[0]
    if all(_empty(lookup) for lookup in lookups):
        return Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=f"{evidence.host.host} has no address")
    return _NOT_FETCHED


def first_failure(failures: Iterable[Failure | None]) -> Failure | None:
    """The failure that stands for all: one of our own side first, for it explains the most."""
    known = [failure for failure in failures if failure is not None]
    ours = [failure for failure in known if failure.side in (Side.OURS, Side.BUDGET, Side.BUG)]
    return next(iter((*ours, *known)), None)


def header(hop: HttpHop, name: str) -> str | None:
    """The first header field of that lower-case name."""
    return next((value for key, value in hop.headers if key == name), None)


def location(hop: HttpHop) -> str | None:
    """Where a 3xx response leads, as an absolute URL; None when it leads nowhere."""
    target = header(hop, "location")
    if hop.status is None or not 300 <= hop.status < 400 or not target:
        return None
    try:
        url = urljoin(hop.url, target.strip())
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


def origin(url: str) -> str:
    """Scheme and host of a URL; the text itself where it can't be read."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        return url


def cut_short(evidence: EndpointEvidence, family: Family) -> Iterator[tuple[WebFact, str, Failure]]:
    """The fetches over one family that a redirect led to where they failed: each with that URL, and why."""
    for fact in own(evidence):
        last = fact.hops[-1] if fact.family is family and len(fact.hops) > 1 else None
        if last is not None and last.failure is not None:
            yield fact, last.url, last.failure


def in_circle(fact: WebFact) -> bool:
    """Whether redirects led back to where they had come from until the fetch was given up: browsers end there too.

    Not where a response in between set a cookie: a browser shows it and may get out.
    """
    urls = [hop.url for hop in fact.hops]
    given_up = fact.hops[-1].failure if fact.hops else None
    if given_up is None or given_up.reason is not Reason.PROTOCOL or len(set(urls)) == len(urls):
        return False
    return not any(header(hop, "set-cookie") for hop in fact.hops)


def sessions(evidence: EndpointEvidence) -> list[tuple[WebFact | DialogueFact, TlsObservation]]:
    """The endpoint's own TLS sessions, an address each."""
    fetched = [(fact, fact.hops[0].tls) for fact in own(evidence) if fact.hops]
    made: list[tuple[WebFact | DialogueFact, TlsObservation | None]] = [*fetched]
    made += [(fact, fact.tls) for fact in evidence.dialogues]
    return [(fact, session) for fact, session in made if session is not None]


def trusted(evidence: EndpointEvidence) -> list[tuple[WebFact, CertificateTrust]]:
    """A web site's own TLS sessions with what certificate validation said of them."""
    return [(fact, evidence.trust[fact.id]) for fact in own(evidence) if fact.id in evidence.trust]


def vouched(evidence: EndpointEvidence) -> list[tuple[WebFact | DialogueFact, CertificateTrust]]:
    """The same of whatever service the endpoint is."""
    return [(fact, evidence.trust[fact.id]) for fact, _ in sessions(evidence) if fact.id in evidence.trust]


def _reach(evidence: EndpointEvidence, fact: Seen, min_tries: int, failing_rounds: int) -> Reach:
    failure, tries = attempt(fact)
    ok: bool | None
    if failure is None or (isinstance(fact, DialogueFact) and greeted(fact)):
        ok, saw, failure = *_served(fact), None
    else:
        ok, saw = failed_standing(evidence, fact.address, fact.family, failure, tries, min_tries)
        if ok is False and _owes_nothing(evidence, fact, failure):
            ok = None
        failure = evidence.blind(fact.family) or failure
    ok, saw, decided = weighed(fact.rounds, (ok, saw), failing_rounds)
    failure = decided or failure
    return Reach(evidence.endpoint, fact.address, fact.family, ok, saw, failure, fact.id)


def _served(fact: Seen) -> tuple[bool, str]:
    """Whether what an address answered is a service, and in words."""
    if isinstance(fact, DialogueFact):
        return True, fact.greeting or (fact.failure.detail if fact.failure is not None else "greeted")
    if isinstance(fact, DatagramFact):
        return True, f"answered with {len(fact.reply or b'')} octets"
    if isinstance(fact, ConnectFact):
        return True, "connected"
    status = fact.hops[0].status
    walled = turned_away(fact.hops[0]) is not None
    return walled or (status or 0) < SERVER_ERROR, "connected" if status is None else f"HTTP {status}"


def _owes_nothing(evidence: EndpointEvidence, fact: Seen, failure: Failure) -> bool:
    """Whether a silence proves nothing: that of a service over UDP which answered the same request nowhere."""
    if not isinstance(fact, DatagramFact) or failure.reason is not Reason.TIMEOUT:
        return False
    return not fact.endpoint.startswith("ntp://") and all(other.reply is None for other in evidence.datagrams)


def failed_standing(
    evidence: Evidence, address: str, family: Family, failure: Failure, tries: int, min_tries: int
) -> tuple[bool | None, str]:
    """Whether a failed attempt shows that the address does not serve."""
    kind = classify(address)
    if not kind.is_global and not within(address, evidence.allowed_special):
        return False, f"{kind.name}; no address of the public Internet"
    saw = trouble(failure) if failure.reason not in SILENT else f"{trouble(failure)}; {tries} tries"
    if evidence.blind(family) is not None or failure.side in (Side.OURS, Side.BUDGET, Side.BUG):
        return None, saw
    if failure.reason in SPOKEN:
        return False, saw
    return (False if failure.reason in SILENT and tries >= min_tries else None), saw


def _not_fetched(evidence: EndpointEvidence, address: str, family: Family) -> Reach:
    failure = evidence.blind(family) or _NOT_FETCHED
    return Reach(evidence.endpoint, address, family, None, trouble(failure), failure)


def _empty(lookup: Lookup | None) -> bool:
    return lookup is not None and lookup.failure is None and not lookup.addresses


_NOT_FETCHED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="nothing was sent to this address")
_CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS)
