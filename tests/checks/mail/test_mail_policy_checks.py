"""The checks of what a mail domain says about IPv6 senders, DKIM, MTA-STS and reports about TLS, case by case."""

import base64
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from netaudit.model.evidence import FoundTexts, MailEvidence
from netaudit.model.senders import Senders
from netaudit.model.verdict import Status
from tests.checks.mail.builders import DOMAIN, MX1, MX2, found, mail, policy
from tests.checks.web.builders import BLIND_V6, NO_ROUTE, REFUSED, SERVFAIL, TIMEOUT, V4, V6, host, trust
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
BOTH: dict[str, tuple[str, ...]] = {MX1: (V4, V6)}
_NULL = Case("null MX", mail({}, null=True), NONE, "null_mx")
_NO_MX = Case("no MX", mail({}), NONE, "no_mx")
_MX_UNKNOWN = Case("MX unknown", mail({}, failure=SERVFAIL), UNTESTED, "not_tested")
_CURVE = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_GOOD = f"version: STSv1\r\nmode: enforce\r\nmx: {MX1}\r\nmax_age: 86400\r\n"
_RECORD = found("_mta-sts", "v=STSv1; id=20261124;")
_TRUSTED = {V4: trust(), V6: trust()}


@cache
def rsa_record(bits: int) -> str:
    """The record of a new RSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return "v=DKIM1; p=" + base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def spf(record: str, exchangers: dict[str, tuple[str, ...]] = BOTH, senders: Senders | None = None) -> MailEvidence:
    """A domain with an SPF record; what its own `a` and `mx` stand for is known."""
    known = senders or Senders(
        records={DOMAIN: (record,)}, addresses=exchangers, exchangers={DOMAIN: tuple(exchangers)}
    )
    return mail(exchangers, spf=(record,), senders=known)


def sts(
    *texts: str, record: dict[str, FoundTexts] = _RECORD, exchangers: dict[str, tuple[str, ...]] = BOTH
) -> MailEvidence:
    """A domain whose policy is fetched at one address of each family, IPv4 first."""
    policies = tuple(policy(address, text) for address, text in zip((V4, V6), texts, strict=False))
    where = host(*(fact.address for fact in policies))
    return mail(exchangers, texts=record, policy_host=where, policies=policies, trusts=_TRUSTED)


def _strange(*policies: object, hosts: tuple[str, ...] = (V4, V6), **more: object) -> MailEvidence:
    given = {"policy_host": host(*hosts), "policies": policies, "trusts": _TRUSTED, "texts": _RECORD, **more}
    return mail(BOTH, **given)  # type: ignore[arg-type]


CASES: dict[str, list[Case]] = {
    "mail.spf_ipv6": [
        Case("mx", spf("v=spf1 mx -all"), PASS, "ok", {"total": 1}),
        Case("ip4 and ip6", spf(f"v=spf1 ip4:{V4} ip6:2405:4800::/32 -all"), PASS, "ok"),
        Case("ip4 alone", spf(f"v=spf1 ip4:{V4} -all"), FAIL, "not_covered", {"servers": (f"{MX1} ({V6})",)}),
        Case("ip6 refused before mx", spf("v=spf1 -ip6:2405:4800::/32 mx -all"), FAIL, "not_covered"),
        Case("one of two", spf(f"v=spf1 a:{MX1} ip4:{V4} -all", {MX1: (V6,), MX2: (V4, V6 + "1")}),
            FAIL, "not_covered", {"servers": (f"{MX2} ({V6}1)",)}),
        Case("exchangers that only receive", spf("v=spf1 ip4:192.0.2.1 -all"), NONE, "other_senders"),
        Case("of IPv4 alone", spf("v=spf1 mx -all", {MX1: (V4,)}), NONE, "no_ipv6"),
        Case("of IPv6 alone", spf("v=spf1 mx -all", {MX1: (V6,)}), PASS, "ok"),
        Case("included, not known", spf(f"v=spf1 ip4:{V4} include:_spf.example -all"), UNTESTED, "not_tested"),
        Case("macros", spf(f"v=spf1 ip4:{V4} exists:%{{i}}.example -all"), UNTESTED, "not_tested"),
        Case("no record", mail(BOTH), NONE, "no_record"),
        Case("addresses unknown", mail({MX1: ()}, spf=("v=spf1 mx -all",), host_failure=SERVFAIL), UNTESTED,
            "not_tested"),
        Case("unknown", mail(BOTH, record_failure=SERVFAIL), UNTESTED, "not_tested"),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
    "mail.dkim": [
        Case("told, strong", mail(BOTH, texts=found("a._domainkey", rsa_record(2048))), PASS, "ok",
            {"selectors": ("a",)}),
        Case("on a curve", mail(BOTH, texts=found("a._domainkey", _CURVE)), PASS, "ok"),
        Case("short", mail(BOTH, texts=found("a._domainkey", rsa_record(1024))), WARN, "short", {"minimum": 2048}),
        Case("weak by parameter", mail(BOTH, texts=found("a._domainkey", rsa_record(1024))), FAIL, "weak",
            {"selectors": ("a",), "minimum": 1500}, {"min_bits": 1500}),
        Case("revoked", mail(BOTH, texts=found("a._domainkey", "v=DKIM1; p=")), FAIL, "revoked"),
        Case("broken", mail(BOTH, texts=found("a._domainkey", "v=DKIM1; p=abc")), FAIL, "malformed"),
        Case("two", mail(BOTH, texts=found("a._domainkey", _CURVE, "v=DKIM1; p=")), FAIL, "several"),
        Case("told, and not there", mail(BOTH, texts=found("a._domainkey", nonexistent=True)), FAIL, "no_key"),
        Case("told, one unknown", mail(BOTH, texts={**found("a._domainkey", _CURVE),
            **found("b._domainkey", failure=SERVFAIL)}), UNTESTED, "not_tested"),
        Case("not told", mail(BOTH, texts={**found("_domainkey"),
            **found("netaudit-no-such-selector._domainkey", nonexistent=True)}), PASS, "exists"),
        Case("a wildcard", mail(BOTH, texts={**found("_domainkey"),
            **found("netaudit-no-such-selector._domainkey")}), UNTESTED, "not_tested"),
        Case("none", mail(BOTH, texts={**found("_domainkey", nonexistent=True),
            **found("netaudit-no-such-selector._domainkey", nonexistent=True)}), FAIL, "missing",
            {"name": f"_domainkey.{DOMAIN}"}),
        Case("not looked up", mail(BOTH), UNTESTED, "not_tested"),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
    "mail.tls_rpt": [
        Case("by mail", mail(BOTH, texts=found("_smtp._tls", "v=TLSRPTv1; rua=mailto:a@b.example")), PASS, "ok",
            {"targets": ("mailto:a@b.example",)}),
        Case("two ways", mail(BOTH, texts=found("_smtp._tls", "v=TLSRPTv1;rua=mailto:a@b.example,https://c.example/")),
            PASS, "ok", {"targets": ("mailto:a@b.example", "https://c.example/")}),
        Case("none", mail(BOTH, texts=found("_smtp._tls", "hello")), NONE, "none"),
        Case("two", mail(BOTH, texts=found("_smtp._tls", "v=TLSRPTv1; rua=mailto:a@b", "v=TLSRPTv1; rua=mailto:c@d")),
            FAIL, "several", {"count": 2}),
        Case("no scheme", mail(BOTH, texts=found("_smtp._tls", "v=TLSRPTv1; rua=a@b.example")), FAIL, "malformed"),
        Case("no address", mail(BOTH, texts=found("_smtp._tls", "v=TLSRPTv1;")), FAIL, "malformed"),
        Case("unknown", mail(BOTH, texts=found("_smtp._tls", failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("not looked up", mail(BOTH), UNTESTED, "not_tested"),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
    "mail.mta_sts": [
        Case("both", sts(_GOOD, _GOOD), PASS, "ok", {"addresses": (V4, V6)}),
        Case("wildcard", sts(*[_GOOD.replace(MX1, f"*.{DOMAIN}")] * 2), PASS, "ok"),
        Case("wildcard of another depth", sts(*[_GOOD.replace(MX1, "*.example")] * 2), FAIL, "not_listed",
            {"exchangers": (MX1,)}),
        Case("testing", sts(*[_GOOD.replace("enforce", "testing")] * 2), WARN, "not_enforced", {"mode": "testing"}),
        Case("none", mail(BOTH, texts=found("_mta-sts", nonexistent=True)), NONE, "none"),
        Case("two records", sts(record=found("_mta-sts", "v=STSv1; id=1;", "v=STSv1; id=2;")), FAIL, "several"),
        Case("no id", sts(record=found("_mta-sts", "v=STSv1;")), FAIL, "record_malformed", {"term": "id"}),
        Case("no mode", sts(_GOOD, _GOOD.replace("mode", "mod")), FAIL, "malformed",
            {"key": "mode", "addresses": (V6,)}),
        Case("kept too long", sts(*[_GOOD.replace("86400", "31557601")] * 2), FAIL, "malformed", {"key": "max_age"}),
        Case("no exchanger", sts(*[_GOOD.replace("mx:", "my:")] * 2), FAIL, "malformed", {"key": "mx"}),
        Case("an old copy over IPv6", sts(_GOOD, _GOOD.replace("86400", "60")), FAIL, "differs"),
        Case("an exchanger forgotten", sts(_GOOD, _GOOD, exchangers={MX1: (V4,), MX2: (V6,)}), FAIL, "not_listed",
            {"exchangers": (MX2,)}),
        Case("404", _strange(policy(V4, _GOOD), policy(V6, "", status=404)), FAIL, "not_served", {"status": 404}),
        Case("a redirect", _strange(policy(V4, "", status=301), policy(V6, _GOOD)), FAIL, "not_served"),
        Case("too many requests", _strange(policy(V4, _GOOD), policy(V6, "", status=429)), UNTESTED, "not_tested"),
        Case("refused over IPv6", _strange(policy(V4, _GOOD), policy(V6, failure=REFUSED)), FAIL, "unreachable"),
        Case("one silence", _strange(policy(V4, _GOOD), policy(V6, failure=TIMEOUT, tries=1)), UNTESTED, "not_tested"),
        Case("we are blind", _strange(policy(V4, _GOOD), policy(V6, failure=NO_ROUTE, tries=0), vantage=BLIND_V6),
            UNTESTED, "not_tested", {"failure": "no route: no IPv6 here"}),
        Case("other name", _strange(policy(V4, _GOOD), policy(V6, _GOOD), trusts={V4: trust(),
            V6: trust(name_matches=False)}), FAIL, "untrusted", {"addresses": (V6,)}),
        Case("no IPv6", _strange(policy(V4, _GOOD), hosts=(V4,)), FAIL, "no_ipv6"),
        Case("no address", _strange(hosts=()), FAIL, "no_host"),
        Case("not fetched", _strange(), UNTESTED, "not_tested"),
        Case("not looked up", mail(BOTH), UNTESTED, "not_tested"),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)
