"""Words that every room shares: address families, texts in two languages, attempts that failed."""

import ipaddress
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec

__all__ = [
    "Failure",
    "Family",
    "Language",
    "Reason",
    "Record",
    "ScanTime",
    "Side",
    "Text",
    "Timestamp",
    "Transport",
    "family_of",
]

Timestamp = Annotated[float, msgspec.Meta(description="seconds since 1970-01-01T00:00:00Z")]
ScanTime = Annotated[
    float, msgspec.Meta(ge=0, le=32_503_680_000, description="seconds since 1970-01-01T00:00:00Z, before the year 3000")
]
"""When somebody scanned or judged: a date that can be shown in any time zone, whoever wrote it."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every stored structure: unknown keys refused, defaults left out of the JSON.

    Subclasses repeat `frozen=True, kw_only=True`: type checkers do not inherit them.
    """


class Language(StrEnum):
    """The languages a text for users must exist in."""

    VI = "vi"
    EN = "en"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text for users, in both languages."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the Vietnamese text for `vi`, the English one for anything else."""
        return self.vi if language == "vi" else self.en


class Family(StrEnum):
    """An IP address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


@lru_cache(4_096)
def family_of(address: str) -> Family:
    """Return the family of a literal address. Raises ValueError when it is not one."""
    return Family.IPV6 if ipaddress.ip_address(address).version == 6 else Family.IPV4


class Transport(StrEnum):
    """How a DNS message travelled."""

    UDP = "udp"
    TCP = "tcp"


class Side(StrEnum):
    """Whose side an attempt failed on; only `target` may ever be evidence against the target."""

    OURS = "ours"
    PATH = "path"
    TARGET = "target"
    SOURCE = "source"  # whoever was asked for evidence about the target: RIPEstat, a registry, a validator
    BUDGET = "budget"
    BUG = "bug"


class Reason(StrEnum):
    """Why an attempt gave no value."""

    TIMEOUT = "timeout"
    REFUSED = "refused"  # TCP reset in answer to SYN, or ICMP port unreachable
    RESET = "reset"  # the peer closed or reset an open connection
    UNREACHABLE = "unreachable"  # ICMP host or network unreachable from the path
    PROHIBITED = "prohibited"  # ICMP: a firewall or a policy on the path forbids it (ICMPv6 type 1 codes 1, 5, 6)
    NO_ROUTE = "no_route"  # our own host has no route in that family
    NO_ADDRESS = "no_address"  # the name has no address of that family
    NAME_RESOLUTION = "name_resolution"  # the name could not be resolved, so nothing was asked
    TLS = "tls"
    TLS_ALERT = "tls_alert"  # the peer ended the handshake with an alert
    TURNED_AWAY = "turned_away"  # a response that refuses scanners: too many requests, a wall against robots
    PROTOCOL = "protocol"  # the peer answered, but not in the protocol
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    BUDGET = "budget"
    BLACKOUT = "blackout"
    OUT_OF_SCOPE = "out_of_scope"  # a special-purpose address, or a host the inventory does not allow
    NOT_PERMITTED = "not_permitted"  # a capability such as CAP_NET_RAW is missing
    NO_BROWSER = "no_browser"  # the scanner's host has no browser, or it does not start
    NO_DATA = "no_data"  # a file or source that should hold the evidence is missing or too old
    NOT_RECORDED = "not_recorded"  # replay: the question was never asked when the facts were recorded
    NOT_FROM_INTERNET = "not_from_internet"  # the service lives on a closed network (TSLCD)
    NOT_FROM_INSIDE = "not_from_inside"  # only a stranger can see it, and the inventory says that we are none
    NOT_SERVED = "not_served"  # a resolver answered that it does not serve us
    CANCELLED = "cancelled"
    BUG = "bug"


class Failure(Record, frozen=True, kw_only=True):
    """An attempt without a value: why, on whose side, and the detail an engineer needs."""

    reason: Reason
    side: Side
    detail: str = ""
