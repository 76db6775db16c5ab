"""What a hostile zone may cost: every bound on resolution and validation in one place.

An exhausted budget is its own outcome: the status is indeterminate, with a reason that begins with
`budget_`; it never makes an answer secure, and never bogus. The bounds follow what resolvers deploy
(KeyTrap CVE-2023-50387, NSEC3 CVE-2023-50868, NXNSAttack, TsuNAME).
"""

from netaudit.model.common import Record

__all__ = ["Budget", "BudgetExceeded", "Meter"]


class Budget(Record, frozen=True, kw_only=True):
    """Bounds of validation (per RRset, per response) and of resolution (per name)."""

    signatures_per_rrset: int = 16  # cryptographic verifications
    signatures_per_response: int = 32
    colliding_keys: int = 4  # keys of one zone with the same tag and algorithm
    nsec3_iterations: int = 50  # above: insecure with EDE 27 (RFC 9276 section 3.2)
    nsec3_records: int = 8  # per response
    nsec3_hashes: int = 160  # per response
    ds_records: int = 16  # per delegation
    candidates: int = 12  # recorded answers to one question that are tried
    aliases: int = 11  # CNAME and DNAME steps
    labels: int = 127  # of a name: as many as fit
    ns_depth: int = 7  # zones whose servers' addresses depend on one another
    queries_per_name: int = 200  # for a name with all its aliases, and again for what each zone on the way has
    queries_per_chain: int = 600  # for all zones of a look-up: beyond, none is begun
    octets_per_query: int = 4096  # of a response: each more of them count as a query, for reading costs time too
    servers_per_question: int = 24  # addresses asked, one after another, until one gives a usable answer
    ns_names: int = 20  # name servers looked at of one zone; more only when all of them fail
    addresses_per_server: int = 8  # considered of one name server
    lookup_seconds: float = 40.0


class BudgetExceeded(Exception):
    """A budget is exhausted; `reason` is the word of `netaudit.dns.reasons` that names it."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"more than {limit} {what.replace('_', ' ')}")
        self.reason = f"budget_{what}"
        self.detail = str(self)


class Meter:
    """Counts one kind of costly work against its limit."""

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._left = limit
        self._limit = limit

    def spend(self) -> None:
        """Account for one unit. Raises BudgetExceeded."""
        self._left -= 1
        if self._left < 0:
            raise BudgetExceeded(self._what, self._limit)
