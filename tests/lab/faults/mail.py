"""Mail domains: exchangers that IPv6 does not reach, or that offer less over it; and policies."""

from netaudit.model.common import Family
from tests.lab.faults.plants import Exchanger, Plant

__all__ = ["PLANTS"]

_V6, _V4 = Family.IPV6, Family.IPV4
_TURNED_AWAY = ("smtpd_delay_reject=no", "smtpd_client_restrictions=reject")

PLANTS = (
    Plant(
        "mx-v6-silent",
        "a firewall drops IPv6 to the exchanger",
        Exchanger(rules={_V6: ("tcp dport 25 drop",)}),
        finds=("ipv6.mail_reachable unreachable",),
        saw="timeout",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v6-closed",
        "the exchanger has no IPv6 listener",
        Exchanger(rules={_V6: ("tcp dport 25 reject with tcp reset",)}),
        finds=("ipv6.mail_reachable unreachable",),
        saw="refused",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v6-prohibited",
        "a firewall forbids IPv6 to the exchanger",
        Exchanger(rules={_V6: ("tcp dport 25 reject with icmpv6 type admin-prohibited",)}),
        finds=("ipv6.mail_reachable unreachable",),
        saw="prohibited",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v6-reset",
        "the exchanger resets IPv6 connections after it took them",
        Exchanger(rules={_V6: ("tcp dport 25 tcp flags & psh == psh reject with tcp reset",)}),
        finds=("ipv6.mail_reachable unreachable",),
        saw="reset",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v6-mute",
        "the exchanger takes IPv6 connections, then says nothing",
        Exchanger(rules={_V6: ("tcp dport 25 tcp flags & (syn|ack) == ack drop",)}),
        finds=("ipv6.mail_reachable unreachable",),
        saw="timeout: no reply; 4 tries; failed in 2 of 2 rounds",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v4-silent",
        "a firewall drops IPv4 to the exchanger",
        Exchanger(rules={_V4: ("tcp dport 25 drop",)}),
        finds=("mail.ipv4_reachable unreachable",),
        saw="timeout",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant("mx-no-aaaa", "the exchanger has no AAAA", Exchanger(v6=None), finds=("ipv6.mx_aaaa missing",)),
    Plant(
        "mx-second-no-aaaa",
        "the second exchanger has no AAAA",
        Exchanger(mx="mx-second-no-aaaa IN MX 10 mx.mx-second-no-aaaa\nmx-second-no-aaaa IN MX 20 mx.mx-no-aaaa"),
        finds=("ipv6.mx_aaaa missing",),
    ),
    Plant(
        "mx-one-aaaa-dead",
        "two AAAA of the exchanger, one where nobody is",
        Exchanger(published=("2001:db8:dead::25",)),
        finds=("ipv6.mail_reachable unreachable",),
        saw="unreachable",
    ),
    Plant(
        "mx-unique-local",
        "the exchanger's AAAA is unique local",
        Exchanger(v6=None, published=("fd00:db8::25",)),
        finds=("ipv6.mail_reachable unreachable", "ipv6.mx_aaaa missing"),
        saw="unique local",
        blinds=("dual_stack.mail not_tested",),
    ),
    Plant(
        "mx-v6-turns-away",
        "the exchanger turns us away over IPv6: no fault seen",
        Exchanger(v6=_TURNED_AWAY),
        blinds=("dual_stack.mail not_tested", "mail.starttls partly_tested"),
    ),
    Plant(
        "mx-turns-away",
        "the exchanger turns us away over both: no fault seen",
        Exchanger(v4=_TURNED_AWAY, v6=_TURNED_AWAY),
        blinds=("dual_stack.mail not_tested", "mail.certificate not_tested", "mail.starttls not_tested"),
    ),
    Plant(
        "mx-v6-no-starttls",
        "no STARTTLS over IPv6",
        Exchanger(v6=("smtpd_tls_security_level=none",)),
        finds=("dual_stack.mail starttls_differs", "mail.starttls not_offered"),
    ),
    Plant(
        "mx-no-starttls",
        "no STARTTLS",
        Exchanger(v4=("smtpd_tls_security_level=none",), v6=("smtpd_tls_security_level=none",)),
        finds=("mail.starttls not_offered",),
    ),
    Plant(
        "mx-v6-banner",
        "another greeting over IPv6",
        Exchanger(v6=("smtpd_banner=khac.invalid",)),
        finds=("dual_stack.mail greeting_differs",),
    ),
    Plant(
        "mx-v6-other-certificate",
        "a certificate of another key, for other names, over IPv6",
        Exchanger(another_key=True),
        finds=("dual_stack.mail certificate_differs",),
    ),
    Plant(
        "mx-v6-expired",
        "an expired certificate over IPv6",
        Exchanger(v6_certificate="expired"),
        finds=("dual_stack.mail certificate_differs", "mail.certificate expired"),
    ),
    Plant(
        "mx-v6-wrong-name",
        "a certificate for another name over IPv6",
        Exchanger(v6_certificate="mismatch"),
        finds=("dual_stack.mail certificate_differs", "mail.certificate name_mismatch"),
    ),
    Plant(
        "mx-self-signed",
        "a self-signed certificate",
        Exchanger(v4_certificate="untrusted", v6_certificate="untrusted"),
        finds=("mail.certificate untrusted",),
    ),
    Plant(
        "mx-alias",
        "the exchanger is an alias",
        Exchanger(mx="mx-alias IN MX 10 bi-danh.mx-alias\nbi-danh.mx-alias IN CNAME mx.mx-alias"),
        finds=("mail.certificate name_mismatch", "mail.mx_present alias"),
    ),
    Plant(
        "mx-nobody",
        "the exchanger does not exist",
        Exchanger(mx="mx-nobody IN MX 10 khong-co.mx-nobody"),
        finds=("ipv6.mx_aaaa missing", "mail.mx_present no_address", "mail.mx_target dead"),
        blinds=(
            "mail.certificate not_tested",
            "mail.dane not_tested",
            "mail.starttls not_tested",
            "multihome.mail_spread not_tested",
        ),
    ),
    Plant("mx-none", "no MX", Exchanger(mx='khac.mx-none IN TXT "-"'), finds=("mail.mx_present no_mx",)),
    Plant("mx-null", "a null MX: no fault", Exchanger(mx="mx-null IN MX 0 .", spf="v=spf1 -all")),
    Plant("spf-none", "no SPF", Exchanger(spf=""), finds=("mail.spf missing",)),
    Plant("spf-open", "SPF that lets anybody send", Exchanger(spf="v=spf1 mx +all"), finds=("mail.spf open",)),
    Plant(
        "spf-nobody",
        "SPF that includes a name that does not exist",
        Exchanger(spf="v=spf1 mx include:khong-co.spf-nobody.tinh.vn -all"),
        finds=("mail.spf broken_name", "mail.spf_targets dead"),
    ),
    Plant(
        "spf-two",
        "two SPF records",
        Exchanger(mx='spf-two IN MX 10 mx.spf-two\nspf-two IN TXT "v=spf1 -all"'),
        finds=("mail.spf several",),
    ),
    Plant(
        "spf-v4-alone",
        "SPF that forgets the IPv6 address of the machine that sends",
        Exchanger(spf="v=spf1 ip4:192.0.2.0/24 ip4:203.0.113.0/24 ip4:198.18.0.0/15 -all"),
        finds=("mail.spf_ipv6 not_covered",),
        saw="no SPF pass",
    ),
    Plant("dkim-none", "no DKIM key", Exchanger(dkim=""), finds=("mail.dkim missing",), saw="NXDOMAIN"),
    Plant(
        "sts-nobody",
        "MTA-STS that is announced, and no host that has the policy",
        Exchanger(),
        finds=("mail.mta_sts no_host",),
        records='_mta-sts.sts-nobody IN TXT "v=STSv1; id=1;"',
    ),
    Plant(
        "reports-nowhere",
        "reports about TLS that are to go to no address",
        Exchanger(),
        finds=("mail.tls_rpt malformed",),
        records='_smtp._tls.reports-nowhere IN TXT "v=TLSRPTv1; rua=tls"',
    ),
    Plant("dmarc-none", "no DMARC", Exchanger(dmarc=""), finds=("mail.dmarc missing",)),
    Plant(
        "tls-reports-two",
        "two records that ask for reports about TLS",
        Exchanger(),
        finds=("mail.tls_rpt several",),
        records='_smtp._tls.tls-reports-two IN TXT "v=TLSRPTv1; rua=mailto:a@tinh.vn"\n'
        '_smtp._tls.tls-reports-two IN TXT "v=TLSRPTv1; rua=mailto:b@tinh.vn"',
    ),
    Plant(
        "dmarc-watching", "DMARC that asks for nothing", Exchanger(dmarc="v=DMARC1; p=none"), finds=("mail.dmarc none",)
    ),
)
