"""The words of the report for the model's own words: statuses, severities, reasons, kinds.

Each table maps a value to a msgid; `_` only marks it for extraction, and templates translate it.
"""

from collections.abc import Mapping

from netaudit.model.common import Family, Reason, Side
from netaudit.model.profile import Basis, Confidence, Severity
from netaudit.model.run import ClauseStatus, Timeliness, UnitStatus, WaiverState
from netaudit.model.verdict import Status, TargetKind

__all__ = [
    "BASIS", "BASIS_NOTES", "CLAUSE_STATUSES", "CONFIDENCE", "EXPIRIES", "FAMILIES", "HOLDERS", "JOBS", "KINDS",
    "PILLARS", "REASONS", "REMEDIES", "SEVERITIES", "SIDES", "STATUSES", "TARGETS", "TIMELINESS", "UNIT_STATUSES",
    "WAIVERS", "word",
]  # fmt: skip


def _(message: str) -> str:
    return message


def word(table: Mapping[str, str], value: str) -> str:
    """Return the msgid for `value`; a value that the table lacks (a kind the inventory coined) stays as it is."""
    return table.get(value, value)


STATUSES: dict[Status, str] = {
    Status.PASS: _("pass"),
    Status.FAIL: _("fail"),
    Status.WARN: _("warning"),
    Status.NOT_APPLICABLE: _("not applicable"),
    Status.COULD_NOT_TEST: _("could not test"),
    Status.MANUAL: _("a person must look"),
}

UNIT_STATUSES: dict[UnitStatus, str] = {
    UnitStatus.PASS: _("all met"),
    UnitStatus.PARTLY: _("met in part"),
    UnitStatus.FAIL: _("not met"),
    UnitStatus.COULD_NOT_TEST: _("could not test"),
    UnitStatus.NOT_APPLICABLE: _("nothing to test"),
}

CLAUSE_STATUSES: dict[ClauseStatus, str] = {
    ClauseStatus.MET: _("met"),
    ClauseStatus.PARTLY: _("met in part"),
    ClauseStatus.UNMET: _("not met"),
    ClauseStatus.NOT_TESTED: _("not tested"),
    ClauseStatus.NOT_APPLICABLE: _("not applicable"),
    ClauseStatus.ATTESTED: _("attested"),
    ClauseStatus.MANUAL: _("attestation missing"),
}

TIMELINESS: dict[Timeliness, str] = {
    Timeliness.MET: _("met"),
    Timeliness.ON_TRACK: _("on track"),
    Timeliness.LATE: _("late"),
    Timeliness.UNDECIDED: _("past, not decided"),
    Timeliness.CLOSED: _("closed"),
    Timeliness.NO_DEADLINE: _("no deadline"),
}

SEVERITIES: dict[Severity, str] = {
    Severity.CRITICAL: _("critical"),
    Severity.HIGH: _("high"),
    Severity.MEDIUM: _("medium"),
    Severity.LOW: _("low"),
    Severity.INFO: _("for information"),
}

PILLARS: dict[str, str] = {
    "dnssec": "DNSSEC",
    "ipv6": "IPv6",
    "dual_stack": _("Dual stack"),
    "multihome": _("Multi-homing"),
    "path": _("Network path"),
    "dns": _("Name servers"),
    "resolver": _("Recursive resolvers"),
    "mail": _("Official e-mail"),
    "web": _("Web"),
    "services": _("Mail client and time services"),
    "certificates": _("Digital certificates"),
    "coverage": _("Service coverage"),
}

TARGETS: dict[TargetKind, str] = {
    TargetKind.ZONE: _("zone"),
    TargetKind.HOST: _("host"),
    TargetKind.ENDPOINT: _("web service"),
    TargetKind.MAIL: _("mail domain"),
    TargetKind.DATACENTRE: _("data centre"),
    TargetKind.REGISTER: _("certificate register"),
    TargetKind.RESOLVER: _("recursive resolver"),
    TargetKind.COVERAGE: _("tier and kind of service"),
}

FAMILIES: dict[str, str] = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}

KINDS: dict[str, str] = {
    "portal": _("Portal"),
    "department_site": _("Department website"),
    "local_site": _("Website of a local People's Committee"),
    "mail": _("Official e-mail"),
    "webmail": _("Web mail"),
    "public_service": _("Online public services"),
    "one_stop": _("One-stop e-service"),
    "document_axis": _("Document exchange axis"),
    "document_management": _("Document management"),
    "submission": _("Sending of mail by its users"),
    "mailbox": _("Mailboxes"),
    "time": _("Network time"),
}

JOBS: dict[str, str] = {  # prefix of a job's name -> what such jobs look at
    "zone": _("DNS zone"),
    "name": _("host name"),
    "endpoint": _("web or TCP service"),
    "browser": _("page in a browser"),
    "mail": _("mail domain"),
    "path": _("path to a host"),
    "reverse": _("reverse names of exchangers"),
    "uplinks": _("data centre's uplinks"),
    "routes": _("data centre's routes"),
    "vrps": _("data centre's ROAs"),
    "route_objects": _("data centre's IRR objects"),
    "registrations": _("data centre's registrations"),
    "sessions": _("data centre's BGP sessions"),
    "source": _("live source about a data centre"),
    "origins": _("origins of servers' addresses"),
    "register": _("register of certificates"),
    "resolver": _("recursive resolver"),
}

EXPIRIES: dict[str, str] = {
    "certificate": _("TLS certificate"),
    "register": _("certificates of a register"),
    "signature": _("DNSSEC signatures"),
    "roa": _("ROA"),
    "authorisation": _("authorisation to scan"),
    "waiver": _("waiver"),
}

WAIVERS: dict[WaiverState, str] = {
    WaiverState.USED: _("in force"),
    WaiverState.EXPIRING: _("in force, ends soon"),
    WaiverState.EXPIRED: _("ended: its findings count again"),
    WaiverState.UNUSED: _("not needed: nothing it covers is found"),
}

HOLDERS: dict[str, str] = {"organisation": _("organisations"), "person": _("persons")}

BASIS: dict[Basis, str] = {
    Basis.LEGAL: _("legal text"),
    Basis.PROGRAMME: _("national programme"),
    Basis.POLICY: _("policy of the body named"),
    Basis.LABEL: _("voluntary label"),
    Basis.SEED: _("published claim"),
    Basis.DERIVED: _("derived"),
    Basis.PRACTICE: _("good practice"),
}

BASIS_NOTES: dict[Basis, str] = {
    Basis.LEGAL: _("A legal text says it."),
    Basis.PROGRAMME: _("A national programme says it; it is an aim, not a legal duty of one body."),
    Basis.POLICY: _("The body that the source names decided so for its own field; it is no legal text."),
    Basis.LABEL: _("A criterion of a voluntary label, not a general duty."),
    Basis.SEED: _(
        "Published about one province, which the source names, and used as a target here; no rule demands it by name."
    ),
    Basis.DERIVED: _("Our reading of a national aim for one province. This ratio is not the law."),
    Basis.PRACTICE: _("Good technical practice; no plan demands it."),
}

CONFIDENCE: dict[Confidence, str] = {
    Confidence.VERIFIED: _("source read"),
    Confidence.SECONDARY: _("secondary source"),
    Confidence.UNVERIFIED: _("source not verified"),
}

SIDES: dict[Side, str] = {
    Side.OURS: _("the scanner's own host"),
    Side.PATH: _("the path between"),
    Side.TARGET: _("the target"),
    Side.SOURCE: _("a source of evidence"),
    Side.BUDGET: _("a limit of this scan"),
    Side.BUG: _("a fault in netaudit"),
}

REASONS: dict[Reason, str] = {
    Reason.TIMEOUT: _("no answer in time"),
    Reason.REFUSED: _("connection refused"),
    Reason.RESET: _("connection reset"),
    Reason.UNREACHABLE: _("unreachable"),
    Reason.PROHIBITED: _("a firewall on the path forbids it (ICMP)"),
    Reason.NO_ROUTE: _("the scanner has no route in this address family"),
    Reason.NO_ADDRESS: _("the name has no address of this family"),
    Reason.NAME_RESOLUTION: _("the name could not be resolved"),
    Reason.TLS: _("TLS could not be set up"),
    Reason.TLS_ALERT: _("the server ended the TLS handshake with an alert"),
    Reason.TURNED_AWAY: _("the server turns scanners away"),
    Reason.PROTOCOL: _("what was answered can't be used"),
    Reason.MALFORMED: _("the answer or file was malformed"),
    Reason.TOO_LARGE: _("the answer was too large"),
    Reason.BUDGET: _("the budget was used up"),
    Reason.BLACKOUT: _("inside a blackout window"),
    Reason.OUT_OF_SCOPE: _("outside the allowed scope"),
    Reason.NOT_PERMITTED: _("the scanner lacks a right of the operating system"),
    Reason.NO_BROWSER: _("the scanner's host has no Chromium that starts"),
    Reason.NO_DATA: _("the data that should show it is missing or too old"),
    Reason.NOT_RECORDED: _("the question was not asked when the facts were recorded"),
    Reason.NOT_FROM_INTERNET: _("on the specialised data network (TSLCD), not reachable from the Internet"),
    Reason.NOT_FROM_INSIDE: _("the scanner is among those that the resolver serves; only a stranger can see it"),
    Reason.NOT_SERVED: _("the resolver does not serve the scanner"),
    Reason.CANCELLED: _("the scan was interrupted"),
    Reason.BUG: _("netaudit failed"),
}

REMEDIES: dict[Reason, str] = {
    Reason.TIMEOUT: _("Scan again. If it stays silent, ask the operator about firewalls and rate limits on the path."),
    Reason.REFUSED: _("Ask the operator whether the service should be open to this scanner, then scan again."),
    Reason.RESET: _("Scan again; if it repeats, ask the operator about a firewall that cuts connections."),
    Reason.UNREACHABLE: _("Scan again from another network; if it repeats, ask the operator about routing."),
    Reason.PROHIBITED: _(
        "Ask the operator which firewall rejects these packets; allow them, or the scanner's address."
    ),
    Reason.NO_ROUTE: _("Scan from a host that has this address family; 'netaudit doctor' shows what is missing."),
    Reason.NO_ADDRESS: _("Publish an address of this family first; then this can be tested."),
    Reason.NAME_RESOLUTION: _("Mend the zone of this name first; its own findings say how. Then scan again."),
    Reason.TLS: _("Mend TLS on this service first; its own findings say how. Then scan again."),
    Reason.TLS_ALERT: _("Mend TLS on this service first; its own findings say how. Then scan again."),
    Reason.TURNED_AWAY: _("Have the web application firewall allow the scanner's addresses, then scan again."),
    Reason.PROTOCOL: _("Ask the operator what answers on this port, then scan again."),
    Reason.MALFORMED: _(
        "If a server sent it, ask its operator to look at the software; if a file holds it, mend that. Then scan again."
    ),
    Reason.TOO_LARGE: _("Look at this target by hand; it sends more than the scan reads."),
    Reason.BUDGET: _("Scan this target alone, or raise the limit, and scan again."),
    Reason.BLACKOUT: _("Scan again outside the blackout window."),
    Reason.OUT_OF_SCOPE: _("Allow it under 'scope' in the inventory, if its owner agrees, and scan again."),
    Reason.NOT_PERMITTED: _("Give the scanner the right it lacks; 'netaudit doctor' names it."),
    Reason.NO_BROWSER: _(
        "Install Chromium (Debian, Ubuntu: apt install chromium), or name one with --browser-path; then scan again."
    ),
    Reason.NO_DATA: _("Supply what is missing, such as a current file of a data centre or register, and scan again."),
    Reason.NOT_RECORDED: _("Scan again: the saved facts do not hold this evidence."),
    Reason.NOT_FROM_INTERNET: _("Scan from inside the TSLCD network, or have the unit attest it."),
    Reason.NOT_FROM_INSIDE: _("Scan from a network that the resolver does not serve, such as another operator's."),
    Reason.NOT_SERVED: _("Scan from a network that the resolver serves, and list that network under 'serves'."),
    Reason.CANCELLED: _("Run the scan to its end."),
    Reason.BUG: _("Report it to the authors of netaudit with the run file."),
}
