"""Whom an SPF record lets send, by RFC 7208 section 4.6 and the examples of its appendix A."""

import pytest

from netaudit.model.senders import Senders
from netaudit.rules.spf_senders import may_send

DOMAIN = "example.com"
KNOWN = Senders(
    addresses={
        DOMAIN: ("192.0.2.10", "192.0.2.11", "2001:db8::10"),
        "mail-a.example.com": ("192.0.2.129",),
        "mail-b.example.com": ("192.0.2.130", "2001:db8::130"),
    },
    exchangers={DOMAIN: ("mail-a.example.com", "mail-b.example.com"), "lost.example": ("unknown.example",)},
)
OTHERS = {
    "nobody.example": ("v=spf1 -all",),
    "net.example": ("v=spf1 ip6:2001:db8::/32 -all",),
    "none.example": (),
    "loop.example": ("v=spf1 include:loop.example -all",),
}


@pytest.mark.parametrize(
    ("record", "address", "allowed"),
    [
        ("v=spf1 +all", "2001:db8::99", True),
        ("v=spf1 a -all", "192.0.2.10", True),
        ("v=spf1 a -all", "2001:db8::10", True),
        ("v=spf1 a -all", "2001:db8::11", False),
        ("v=spf1 a/24//64 -all", "192.0.2.77", True),
        ("v=spf1 a/24//64 -all", "2001:db8::77", True),
        ("v=spf1 a/24 -all", "2001:db8::77", False),
        ("v=spf1 mx -all", "2001:db8::130", True),
        ("v=spf1 mx -all", "192.0.2.131", False),
        ("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.129", True),
        ("v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1", False),
        ("v=spf1 -ip6:2001:db8::/64 ip6:2001:db8::/32 -all", "2001:db8::1", False),
        ("v=spf1 ~ip6:2001:db8::1 +all", "2001:db8::1", False),
        ("v=spf1", "192.0.2.10", False),
        ("v=spf1 include:nobody.example a -all", "192.0.2.10", True),
        ("v=spf1 include:net.example -all", "2001:db8::1", True),
        ("v=spf1 redirect=net.example", "2001:db8::1", True),
        ("v=spf1 -all redirect=net.example", "2001:db8::1", False),
        ("v=spf1 include:none.example +all", "192.0.2.10", False),
        ("v=spf1 include:loop.example +all", "192.0.2.10", False),
        ("v=spf1 ip4:bad +all", "192.0.2.10", False),
        ("v=spf1 include:unknown.example -all", "192.0.2.10", None),
        ("v=spf1 include:unknown.example a -all", "192.0.2.10", True),
        ("v=spf1 -include:unknown.example a -all", "192.0.2.10", None),
        ("v=spf1 -include:unknown.example -all", "192.0.2.10", False),
        ("v=spf1 mx:lost.example -all", "192.0.2.10", None),
        ("v=spf1 exists:%{i}.example -all", "192.0.2.10", None),
        ("v=spf1 ptr -all", "192.0.2.10", None),
    ],
)
def test_may_send(record: str, address: str, allowed: bool | None) -> None:
    known = Senders(records={DOMAIN: (record,), **OTHERS}, addresses=KNOWN.addresses, exchangers=KNOWN.exchangers)
    assert may_send(known, DOMAIN, address) is allowed


def test_two_records_let_nobody_send() -> None:
    assert may_send(Senders(records={DOMAIN: ("v=spf1 +all", "v=spf1 +all")}), DOMAIN, "192.0.2.1") is False


def test_the_eleventh_term_that_asks_is_an_error() -> None:
    ten, eleven = ("v=spf1 " + "a:mail-a.example.com " * times + "+all" for times in (10, 11))
    for record, allowed in ((ten, True), (eleven, False)):
        assert (
            may_send(Senders(records={DOMAIN: (record,)}, addresses=KNOWN.addresses), DOMAIN, "198.51.100.1") is allowed
        )
