"""One question answered by the authoritative servers."""

from netaudit.model.common import Failure, Record

__all__ = ["Lookup"]


class Lookup(Record, frozen=True, kw_only=True):
    """One question answered by the authoritative servers, followed through CNAMEs.

    `zones` names the zones asked, in order; `facts` the exchanges, last one last.
    """

    name: str
    rdtype: str
    zones: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    failure: Failure | None = None
    canonical: str = ""  # the last name of the CNAME chain; empty: the name itself
    addresses: tuple[str, ...] = ()  # A and AAAA look-ups: the addresses found, at most 32
    nonexistent: bool = False  # the zone says that the name, or the last one of the chain, does not exist (NXDOMAIN)
