"""Whether the server agrees on a current version of TLS (RFC 8996, RFC 9325 section 3.1)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.fetches import endpoint_reach, row, sessions, untested

from ._helpers import BOTH, not_for_sessions

_VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def judge(evidence: EndpointEvidence, *, min_version: str) -> Outcome:
    """The scanner offers TLS 1.0 to 1.3, so what is agreed on is the best that the server has."""
    problem = not_for_sessions(evidence)
    if problem is not None:
        return problem
    seen = [(fact, session.version) for fact, session in sessions(evidence) if session.version]
    if not seen:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    rows = tuple(row(fact, version, _rank(version) >= _rank(min_version)) for fact, version in seen)
    facts = tuple(fact.id for fact, _ in seen)
    old = tuple(f"{fact.address} ({version})" for fact, version in seen if _rank(version) < _rank(min_version))
    if old:
        return failed("old", observed=rows, facts=facts, addresses=old, minimum=min_version)
    versions = tuple(sorted({version for _, version in seen}))
    return passed("ok", observed=rows, facts=facts, versions=versions, total=len(seen))


def _rank(version: str) -> int:
    """A version that nobody knows yet is newer than those known."""
    return _VERSIONS.index(version) if version in _VERSIONS else len(_VERSIONS)
