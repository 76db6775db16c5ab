"""What servers of submission and IMAP offer to clients, and what they let them do in the open."""

import re

from netaudit.model.common import Reason
from netaudit.model.facts import DialogueFact

__all__ = [
    "SPOKEN_PASSWORDS", "begins_with_tls", "complete", "greeted", "mechanisms", "open_passwords", "speaks_to_clients",
]  # fmt: skip

SPOKEN_PASSWORDS = {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"}
"""SASL mechanisms that show whoever listens a password, or a token that is as good (RFC 4616, RFC 7628)."""

_REPLY_CODE = re.compile(r"(?:[245]\d\d|BYE)\b")


def speaks_to_clients(endpoint: str) -> bool:
    """Whether the endpoint is one of submission or IMAP."""
    return endpoint.startswith(("submission://", "submissions://", "imap://", "imaps://"))


def begins_with_tls(endpoint: str) -> bool:
    """Whether the endpoint's scheme is one of implicit TLS (RFC 8314 section 3)."""
    return endpoint.startswith(("submissions://", "imaps://"))


def greeted(fact: DialogueFact) -> bool:
    """Whether the server greeted, even to turn us away: 421, 554, BYE."""
    if fact.greeting:
        return True
    failure = fact.failure
    return failure is not None and failure.reason is Reason.PROTOCOL and bool(_REPLY_CODE.match(failure.detail))


def complete(fact: DialogueFact) -> bool:
    """Whether the dialogue came to its end, so that all that the server offers is known."""
    return fact.failure is None


def mechanisms(capabilities: tuple[str, ...]) -> tuple[str, ...]:
    """The SASL mechanisms on offer: `AUTH PLAIN LOGIN` of SMTP (RFC 4954), `AUTH=PLAIN` of IMAP (RFC 9051)."""
    found: set[str] = set()
    for capability in capabilities:
        word, _, rest = capability.upper().partition(" ")
        if word == "AUTH":
            found.update(rest.split())
        elif word.startswith("AUTH="):
            found.add(word.removeprefix("AUTH="))
    return tuple(sorted(found))


def open_passwords(fact: DialogueFact) -> tuple[str, ...]:
    """The ways in which the server takes a password before TLS; IMAP's LOGIN unless it is disabled (RFC 9051 6.2.3)."""
    found = sorted(SPOKEN_PASSWORDS & set(mechanisms(fact.capabilities)))
    offered = {capability.upper() for capability in fact.capabilities}
    if fact.endpoint.startswith("imap://") and offered and "LOGINDISABLED" not in offered and "LOGIN" not in found:
        found.append("LOGIN")
    return tuple(found)
