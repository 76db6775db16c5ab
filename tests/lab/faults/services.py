"""Services of mail clients, network time, and UDP: closed, silent, unsafe, or other over one family than the other."""

from netaudit.model.common import Family
from tests.lab.faults.expected import UNREACHED
from tests.lab.faults.plants import Clients, Clock, Kept, Offer, Plant

__all__ = ["PLANTS"]

_V4, _V6 = Family.IPV4, Family.IPV6
_APART = (
    "dual_stack.certificate not_tested",
    "dual_stack.connect_time not_tested",
    "dual_stack.dialogue not_tested",
)
"""What compares dialogues over both families."""

_TURNED_AWAY = ("smtpd_delay_reject=no", "smtpd_client_restrictions=reject")


def _ruled(scheme: str, rule: str) -> Clients:
    return Clients(scheme, rules={_V6: (rule,)})


PLANTS = (
    Plant(
        "send-v6-silent",
        "a firewall drops IPv6 to submission",
        _ruled("submission", "tcp dport 587 drop"),
        finds=UNREACHED,
        saw="timeout",
        blinds=_APART,
    ),
    Plant(
        "send-v6-closed",
        "submission has no IPv6 listener",
        Clients(v6=Offer(listens=False)),
        finds=UNREACHED,
        saw="refused",
        blinds=_APART,
    ),
    Plant(
        "send-v6-no-starttls",
        "submission without STARTTLS over IPv6",
        Clients(v6=Offer(tls=False)),
        finds=("dual_stack.dialogue starttls_differs", "services.tls_offered not_offered"),
    ),
    Plant(
        "send-no-starttls",
        "submission without STARTTLS",
        Clients(v4=Offer(tls=False), v6=Offer(tls=False)),
        finds=("services.tls_offered not_offered",),
    ),
    Plant(
        "send-v6-clear",
        "submission takes passwords in the clear over IPv6",
        Clients(v6=Offer(clear=True)),
        finds=("dual_stack.dialogue login_differs", "services.auth_protected in_the_clear"),
        saw="before TLS: LOGIN PLAIN",
    ),
    Plant(
        "send-clear",
        "submission takes passwords in the clear",
        Clients(v4=Offer(clear=True), v6=Offer(clear=True)),
        finds=("services.auth_protected in_the_clear",),
    ),
    Plant(
        "send-v6-other-certificate",
        "a certificate of another key, for other names, at submission over IPv6",
        Clients(v6=Offer(another_key=True)),
        finds=("dual_stack.certificate differs",),
    ),
    Plant(
        "send-v6-expired",
        "an expired certificate at submission over IPv6",
        Clients(v6=Offer(certificate="expired")),
        finds=(
            "dual_stack.certificate differs",
            "web.certificate_expiry expired",
            "web.certificate_trusted expired",
        ),
    ),
    Plant(
        "send-v6-older-tls",
        "TLS 1.2 at most at submission over IPv6",
        Clients(v6=Offer(lines=("smtpd_tls_protocols=<=TLSv1.2",))),
        finds=("dual_stack.dialogue tls_differs",),
        saw="TLSv1.2",
    ),
    Plant(
        "send-v6-fewer-capabilities",
        "a filter takes an extension away from submission over IPv6",
        Clients(v6=Offer(lines=("smtpd_discard_ehlo_keywords=chunking,dsn",))),
        finds=("dual_stack.dialogue capabilities_differ",),
    ),
    Plant(
        "send-v6-banner",
        "another name greets at submission over IPv6",
        Clients(v6=Offer(greeting="khac.invalid")),
        finds=("dual_stack.dialogue greeting_differs",),
        saw="khac.invalid",
    ),
    Plant(
        "send-v6-turns-away",
        "submission turns us away over IPv6: no fault seen",
        Clients(v6=Offer(lines=_TURNED_AWAY)),
        blinds=(*_APART, "services.auth_protected partly_tested", "services.tls_offered partly_tested"),
    ),
    Plant(
        "send-tls-v6-plain",
        "port 465 begins without TLS over IPv6",
        Clients("submissions", v6=Offer(first=False)),
        finds=(*UNREACHED, "services.tls_offered handshake"),
        saw="tls",
        blinds=_APART,
    ),
    Plant(
        "box-v6-prohibited",
        "a firewall forbids IPv6 to IMAP",
        _ruled("imap", "tcp dport 143 reject with icmpv6 type admin-prohibited"),
        finds=UNREACHED,
        saw="prohibited",
        blinds=_APART,
    ),
    Plant(
        "box-v6-no-starttls",
        "IMAP without STARTTLS over IPv6",
        Clients("imap", v6=Offer(tls=False)),
        finds=("dual_stack.dialogue starttls_differs", "services.tls_offered not_offered"),
    ),
    Plant(
        "box-v6-clear",
        "IMAP takes passwords in the clear over IPv6",
        Clients("imap", v6=Offer(clear=True)),
        finds=("dual_stack.dialogue login_differs", "services.auth_protected in_the_clear"),
    ),
    Plant(
        "box-v6-greeting",
        "another server greets at IMAP over IPv6",
        Clients("imap", v6=Offer(greeting="May chu khac")),
        finds=("dual_stack.dialogue greeting_differs",),
    ),
    Plant(
        "box-tls-v6-mute",
        "IMAP with TLS first takes IPv6 connections, then says nothing",
        _ruled("imaps", "tcp dport 993 tcp flags & psh == psh drop"),
        finds=UNREACHED,
        saw="timeout",
        blinds=_APART,
    ),
    Plant(
        "box-tls-v6-wrong-name",
        "a certificate for another name at IMAP over IPv6",
        Clients("imaps", v6=Offer(certificate="mismatch")),
        finds=("dual_stack.certificate differs", "web.certificate_trusted name_mismatch"),
    ),
    Plant(
        "box-tls-self-signed",
        "a self-signed certificate at IMAP",
        Clients("imaps", v4=Offer(certificate="untrusted"), v6=Offer(certificate="untrusted")),
        finds=("web.certificate_trusted untrusted",),
    ),
    Plant(
        "box-tls-no-aaaa",
        "IMAP without AAAA",
        Clients("imaps", v6=None),
        finds=("ipv6.aaaa ipv4_only", "ipv6.usable_alone address", "web.ipv6_ready no_aaaa"),
    ),
    Plant(
        "time-v6-silent",
        "a firewall drops IPv6 to a time server",
        Clock(rules={_V6: ("udp dport 123 drop",)}),
        finds=UNREACHED,
        saw="timeout",
        blinds=("dual_stack.network_time not_tested",),
    ),
    Plant(
        "time-v6-closed",
        "a time server does not listen on IPv6",
        Clock(v6=Kept(listens=False)),
        finds=UNREACHED,
        saw="refused",
        blinds=("dual_stack.network_time not_tested",),
    ),
    Plant(
        "time-v6-unsynchronised",
        "a time server is not synchronised over IPv6",
        Clock(v6=Kept(synchronised=False)),
        finds=("dual_stack.network_time state_differs", "services.ntp_usable unsynchronised"),
        saw="leap 3",
    ),
    Plant(
        "time-unsynchronised",
        "a time server is not synchronised",
        Clock(v4=Kept(synchronised=False), v6=Kept(synchronised=False)),
        finds=("services.ntp_usable unsynchronised",),
    ),
    Plant(
        "time-v6-ahead",
        "a time server is half a minute ahead over IPv6",
        Clock(v6=Kept(ahead=True)),
        finds=("dual_stack.network_time time_differs", "services.ntp_usable wrong_time"),
        saw="127.127.1.0, offset +",
    ),
    Plant(
        "time-ahead",
        "a time server is half a minute ahead",
        Clock(v4=Kept(ahead=True), v6=Kept(ahead=True)),
        finds=("services.ntp_usable wrong_time",),
    ),
    Plant(
        "udp-v6-unreachable",
        "ICMPv6 port unreachable from a service over UDP",
        Clock("udp", rules={_V6: ("udp dport 123 reject with icmpv6 type port-unreachable",)}),
        finds=UNREACHED,
        saw="refused",
    ),
    Plant(
        "udp-v6-silent",
        "a service over UDP that answers over IPv4 alone",
        Clock("udp", rules={_V6: ("udp dport 123 drop",)}),
        finds=UNREACHED,
        saw="timeout",
    ),
    Plant(
        "udp-silent",
        "a service over UDP that never answers: no fault seen",
        Clock("udp", rules={_V6: ("udp dport 123 drop",), _V4: ("udp dport 123 drop",)}),
        blinds=(
            "ipv6.usable_alone not_tested",
            "ipv6.web_reachable not_tested",
            "web.ipv4_reachable not_tested",
            "web.ipv6_ready not_tested",
            "web.reachable not_tested",
        ),
    ),
)
