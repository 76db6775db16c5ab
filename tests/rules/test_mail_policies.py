"""SPF and DMARC records, as RFC 7208 and RFC 7489 write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.dmarc import dmarc_records, parse_dmarc
from netaudit.rules.spf import parse_spf, spf_records


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1",
        "v=spf1 +mx a:colo.example.com/28 -all",  # the examples of RFC 7208
        "v=spf1 redirect=_spf.example.com",
        "v=spf1 a mx -all",
        "v=spf1 ptr -all",
        "v=spf1 ip4:192.0.2.128/28 -all",
        "v=spf1 include:example.com include:example.org -all",
        "v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all",
        "v=spf1 exists:%{l1r+}.%{d} ?all",
        "v=spf1 mx/30 mx:example.org/30//64 -all",
        "v=spf1 a:A.EXAMPLE.COM -all moo.cow-far_out=man:dog/cat",
        "v=spf1 mx -all exp=explain._spf.%{d}",
        "v=spf1 ip6:1080::8:800:200C:417A/96   -all ",
        "v=spf1 A MX IP4:192.0.2.1 ~ALL",
    ],
)
def test_good_records(record: str) -> None:
    assert spf_records([record]) == (record,)
    assert parse_spf(record).problem == ""


@pytest.mark.parametrize(
    ("record", "term"),
    [
        ("v=spf1 ip4:192.0.2.256 -all", "ip4:192.0.2.256"),
        ("v=spf1 ip4:192.0.2.0/33 -all", "ip4:192.0.2.0/33"),
        ("v=spf1 ip4:192.0.2.0/255.255.255.0 -all", "ip4:192.0.2.0/255.255.255.0"),
        ("v=spf1 ip4 -all", "ip4"),
        ("v=spf1 ip6:192.0.2.1 -all", "ip6:192.0.2.1"),
        ("v=spf1 ip6:fe80::1%eth0 -all", "ip6:fe80::1%eth0"),
        ("v=spf1 include -all", "include"),
        ("v=spf1 include:a%b -all", "include:a%b"),
        ("v=spf1 -all:x", "-all:x"),
        ("v=spf1 a/129 -all", "a/129"),
        ("v=spf1 ptr/24 -all", "ptr/24"),
        ("v=spf1 mx, -all", "mx,"),
        ("v=spf1 -all ip4:nonsense", "ip4:nonsense"),  # an error counts although `all` comes first
        ("v=spf1 redirect=a redirect=b", "redirect=b"),
        ("v=spf1 redirect=", "redirect="),
        ("v=spf1 exiſts:a -all", "exiſts:a"),
        ("v=spf1 ip4:192.0.2.٣ -all", "ip4:192.0.2.٣"),
    ],
)
def test_the_term_that_breaks_the_syntax_is_named(record: str, term: str) -> None:
    assert parse_spf(record).problem == term


@pytest.mark.parametrize("text", ["v=spf10 -all", "v=spf1-all", " v=spf1 -all", "v=spf2.0/pra -all", "spf1", ""])
def test_other_texts_are_no_spf_records(text: str) -> None:
    assert spf_records([text]) == ()


def test_lookups_count_what_is_reached_and_costs() -> None:
    policy = parse_spf("v=spf1 ip4:192.0.2.1 a mx include:a.example exists:b.example ptr -all include:never.example")
    assert (policy.lookups, policy.all, policy.uses_ptr) == (5, "-", True)
    assert parse_spf("v=spf1 a redirect=b.example").lookups == 2
    assert parse_spf("v=spf1 a redirect=b.example -all")[2:4] == (1, "")  # `all` overrules redirect


@pytest.mark.parametrize("text", ["v=DMARC1", "v=DMARC1; p=none", "v = DMARC1;p=none", "v=DMARC1 ;"])
def test_dmarc_records_begin_with_their_version(text: str) -> None:
    assert dmarc_records([text, "v=DMARC2; p=none", "p=none; v=DMARC1", "v=dmarc1; p=none", "v=DMARC10"]) == (text,)


@pytest.mark.parametrize(
    ("record", "policy", "percent", "problem"),
    [
        ("v=DMARC1; p=reject; sp=none; adkim=s; fo=1;", "reject", 100, ""),
        ("v=DMARC1;p=QUARANTINE;pct=5", "quarantine", 5, ""),
        ("v=DMARC1; p=none; rua=mailto:a@example.com!10m,mailto:b@example.com", "none", 100, ""),
        ("v=DMARC1; p=none; unknown=x", "none", 100, ""),
        ("v=DMARC1; p=reject; pct=101", "reject", 100, "pct=101 is no share"),
        ("v=DMARC1; p=reject; pct=٣", "reject", 100, "pct=٣ is no share"),
        ("v=DMARC1; p=reject; sp=maybe", "reject", 100, "sp=maybe is no policy"),
        ("v=DMARC1; p=none; p=reject", "none", 100, "the tag p stands twice"),
        ("v=DMARC1; p=none; nonsense", "none", 100, "'nonsense' is no tag"),
        ("v=DMARC1", "", 100, "p is missing"),
    ],
)
def test_dmarc_tags(record: str, policy: str, percent: int, problem: str) -> None:
    found = parse_dmarc(record)
    assert (found.policy, found.percent, found.problem) == (policy, percent, problem)


@given(st.text())
def test_no_text_raises_and_problems_are_short(text: str) -> None:
    assert len(parse_spf(text).problem) <= 80
    assert len(parse_dmarc(text).problem) <= 200


_TERMS = st.sampled_from(["a", "mx", "include:x.example", "exists:x.example", "ip4:192.0.2.1", "ip6:2001:db8::1"])


@given(st.lists(_TERMS, max_size=20), st.sampled_from(["-all", "~all", "?all", "+all", "all"]))
def test_lookups_of_well_formed_records(terms: list[str], end: str) -> None:
    policy = parse_spf(" ".join(["v=spf1", *terms, end]))
    assert policy.problem == ""
    assert policy.lookups == sum(not term.startswith("ip") for term in terms)
    assert policy.all == (end[0] if end != "all" else "+")
