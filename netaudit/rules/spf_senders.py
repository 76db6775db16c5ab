"""Whether an SPF record lets an address send, from what was looked up: `check_host` of RFC 7208 without questions."""

import ipaddress
from typing import NamedTuple

from netaudit.model.senders import Senders
from netaudit.rules.spf import LOOKUP_LIMIT, Mechanism, mechanisms, parse_spf

__all__ = ["may_send"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def may_send(senders: Senders, domain: str, address: str) -> bool | None:
    """Whether the domain's record gives `pass` to the address; None where that hangs on what is not known.

    Not known are names that were not looked up, `exists`, `ptr` and macros: each message changes what they mean.
    A record that receivers take for an error lets nobody send (section 2.6.7).
    """
    try:
        return _check(senders, domain, ipaddress.ip_address(address), [LOOKUP_LIMIT])
    except _PermanentError:
        return False


class _PermanentError(Exception):
    """Receivers give up on the record (`permerror`)."""


class _Doubt(NamedTuple):
    """What would have been the result had terms matched that are not known."""

    passes: bool = False
    refuses: bool = False

    def after(self, mechanism: Mechanism) -> "_Doubt":
        allows = mechanism.qualifier == "+"
        return _Doubt(self.passes or allows, self.refuses or not allows)

    def weigh(self, result: bool) -> bool | None:
        return None if (self.passes and not result) or (self.refuses and result) else result


def _check(senders: Senders, domain: str, address: _Address, left: list[int]) -> bool | None:
    found = senders.records.get(domain)
    if found is None:
        return None
    if len(found) != 1 or parse_spf(found[0]).problem:
        raise _PermanentError
    doubt = _Doubt()
    for mechanism in mechanisms(found[0]):
        matches = _matches(senders, domain, mechanism, address, left)
        if matches:
            return doubt.weigh(mechanism.qualifier == "+")
        if matches is None:
            doubt = doubt.after(mechanism)
    redirect = parse_spf(found[0]).redirect
    if not redirect:
        return doubt.weigh(False)
    result = _check(senders, _plain(redirect), address, _spent(left))
    return None if result is None else doubt.weigh(result)


def _matches(senders: Senders, domain: str, mechanism: Mechanism, address: _Address, left: list[int]) -> bool | None:
    """Whether one term matches; None: that is not known."""
    name = _plain(mechanism.value) or domain
    match mechanism.name:
        case "all":
            return True
        case "ip4" | "ip6":
            return address in ipaddress.ip_network(mechanism.value + mechanism.lengths, strict=False)
        case "include":
            return None if "%" in name else _check(senders, name, address, _spent(left))
        case "a":
            _spent(left)
            return _holds(senders, name, mechanism, address)
        case "mx":
            _spent(left)
            exchangers = senders.exchangers.get(name)
            if exchangers is None:
                return None
            held = [_holds(senders, exchanger, mechanism, address) for exchanger in exchangers]
            return True if True in held else None if None in held else False
        case _:
            _spent(left)
            return None


def _holds(senders: Senders, name: str, mechanism: Mechanism, address: _Address) -> bool | None:
    """Whether the address is one of the name's, or shares the prefix that the term gives (section 5.3)."""
    found = senders.addresses.get(name)
    if found is None:
        return None
    ipv4, _, ipv6 = mechanism.lengths.partition("//")
    length = ipv4.removeprefix("/") if address.version == 4 else ipv6
    networks = (
        ipaddress.ip_network(f"{item}/{length}" if length else item, strict=False)
        for item in found
        if ipaddress.ip_address(item).version == address.version
    )
    return any(address in network for network in networks)


def _spent(left: list[int]) -> list[int]:
    """One more term that causes questions (section 4.6.4)."""
    left[0] -= 1
    if left[0] < 0:
        raise _PermanentError
    return left


def _plain(name: str) -> str:
    return name.lower().rstrip(".")
