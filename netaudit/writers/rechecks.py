"""Commands that ask again, put for services that are no web sites: checks that look at any endpoint speak of `curl`."""

import re

__all__ = ["as_service"]

_CURL = re.compile(r"curl( -[46])?[^;|&]*\{target\}/?")
_TLS = "openssl s_client{family} -connect {{host}}:{{port}} -servername {{host}} -brief </dev/null"
_COMMANDS = {
    "submission": _TLS, "submissions": _TLS, "imap": _TLS, "imaps": _TLS,
    "ntp": "chronyd -Q{family} -t 5 \"server {{host}} iburst maxsamples 1\"",
    "tcp": "nc{family} -vz {{host}} {{port}}",
    "udp": "nc{family} -uvz {{host}} {{port}}",
}  # fmt: skip
_STARTTLS = {"submission": "smtp", "imap": "imap"}


def as_service(recheck: str, scheme: str) -> str:
    """The template of a command as the scheme wants it: as it is for a web site, and for what is no endpoint."""
    command = _COMMANDS.get(scheme)
    if command is None:
        return recheck
    recheck = _CURL.sub(lambda found: command.format(family=found[1] or ""), recheck)
    protocol = _STARTTLS.get(scheme)
    return recheck.replace("openssl s_client", f"openssl s_client -starttls {protocol}") if protocol else recheck
