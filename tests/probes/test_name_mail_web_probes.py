from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import ConnectFact, HttpHop, MailFact, NameFact, WebFact
from netaudit.model.inventory import Scope
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.connect import ConnectProbe
from netaudit.probes.connect_times import connect_times
from netaudit.probes.mail import MailProbe
from netaudit.probes.names import NameProbe
from netaudit.probes.web import REDIRECTS, WebProbe

Open = Callable[..., Any]
HTTPS = "https://www.p.example:443"


async def test_a_host_and_mail_domain_is_one_fact_with_all_its_look_ups(open_context: Open, script: Any) -> None:
    async with open_context() as context:
        probe = NameProbe(context, Ancestors(context, frozenset()), "p.example", host=True, mail=True)
        await probe.run()
        (fact,) = probe.facts(None)
    assert isinstance(fact, NameFact)
    assert {(k.name, k.rdtype) for k in fact.lookups} == {
        ("p.example", "A"), ("p.example", "AAAA"), ("p.example", "MX"), ("p.example", "TXT"),
        ("_dmarc.p.example", "TXT"), ("_mta-sts.p.example", "TXT"), ("_smtp._tls.p.example", "TXT"),
        ("_domainkey.p.example", "TXT"), ("netaudit-no-such-selector._domainkey.p.example", "TXT"),
        ("mx1.p.example", "A"), ("mx1.p.example", "AAAA"), ("mx2.p.example", "A"), ("mx2.p.example", "AAAA"),
        ("_25._tcp.mx1.p.example", "TLSA"), ("_25._tcp.mx2.p.example", "TLSA"),
    }  # fmt: skip
    found = fact.lookup("AAAA", "mx1.p.example")
    assert found is not None
    assert found.addresses == ("2001:db8::25",)
    assert {f.zone for f in script.facts if hasattr(f, "zone")} == {".", "example", "p.example"}


async def test_every_address_of_every_exchanger_is_talked_to(open_context: Open) -> None:
    async with open_context() as context:
        probe = MailProbe(context, "p.example")
        await probe.run()
        facts = list(probe.facts(None))
    assert {(f.exchanger, f.address) for f in facts if isinstance(f, MailFact)} == {
        ("mx1.p.example", "192.0.2.25"), ("mx1.p.example", "2001:db8::25"), ("mx2.p.example", "192.0.2.26"),
    }  # fmt: skip


async def test_an_excluded_exchanger_is_left_alone(open_context: Open) -> None:
    async with open_context(Scope(exclude=("mx1.p.example",))) as context:
        probe = MailProbe(context, "p.example")
        await probe.run()
        facts = list(probe.facts(None))
    assert {f.exchanger for f in facts if isinstance(f, MailFact)} == {"mx2.p.example"}


async def test_a_refused_connection_is_a_fact(open_context: Open) -> None:
    async with open_context() as context:
        probe = ConnectProbe(context, "tcp://www.p.example:8443", "www.p.example", 8443)
        await probe.run()
        facts = [f for f in probe.facts(None) if isinstance(f, ConnectFact)]
    assert {f.family for f in facts} == set(Family)
    assert all(f.failure is not None and f.failure.reason is Reason.REFUSED for f in facts)


async def fetch(open_context: Open, host: str = "www.p.example", scope: Scope | None = None) -> list[WebFact]:
    return [f for f in await fetch_all(open_context, host, scope) if not f.document]


async def fetch_all(open_context: Open, host: str = "www.p.example", scope: Scope | None = None) -> list[WebFact]:
    async with open_context(scope) as context:
        probe = WebProbe(context, f"https://{host}:443", host, plain=True)
        await probe.run()
        return [f for f in probe.facts(None) if isinstance(f, WebFact)]


async def test_security_txt_is_asked_for_once_over_each_family(open_context: Open) -> None:
    facts = [f for f in await fetch_all(open_context) if f.document]
    assert {f.address: f.hops[0].url for f in facts} == dict.fromkeys(
        ("192.0.2.80", "2001:db8::80"), "https://www.p.example/.well-known/security.txt"
    )
    assert {f.document for f in facts} == {"/.well-known/security.txt"} and len(facts) == 2


async def test_a_site_that_turns_us_away_is_not_asked_for_more(open_context: Open, script: Any) -> None:
    script.page = lambda url, address: HttpHop(url=url, address=address, at=1.0, status=429)
    assert not [f for f in await fetch_all(open_context) if f.document]


async def test_both_families_are_fetched_with_plain_http_and_a_control(open_context: Open, script: Any) -> None:
    facts = await fetch(open_context)
    assert {(f.endpoint, f.address, f.control) for f in facts} == {
        (HTTPS, "192.0.2.80", False), (HTTPS, "2001:db8::80", False), (HTTPS, "192.0.2.80", True),
        ("http://www.p.example:80", "192.0.2.80", False), ("http://www.p.example:80", "2001:db8::80", False),
    }  # fmt: skip
    assert len({f.id for f in facts}) == len(facts)
    assert ("https://www.p.example/", "192.0.2.80") in script.fetched


async def test_one_family_alone_needs_no_control(open_context: Open) -> None:
    facts = await fetch(open_context, "four.p.example")
    assert not any(f.control for f in facts)


def redirecting(**targets: str) -> Callable[[str, str], HttpHop]:
    """Pages that redirect: host (dots as underscores) -> Location."""

    def page(url: str, address: str) -> HttpHop:
        host = url.split("/")[2].replace(".", "_").replace(":", "__").replace("[", "").replace("]", "")
        location = targets.get(host)
        headers = (("location", location),) if location is not None else ()
        return HttpHop(url=url, address=address, at=1.0, status=302 if location is not None else 200, headers=headers)

    return page


async def test_redirects_stay_in_their_family(open_context: Open, script: Any) -> None:
    script.page = redirecting(www_p_example="https://four.p.example/x#part")
    facts = {f.family: f for f in await fetch(open_context) if f.endpoint == HTTPS and not f.control}
    four, six = facts[Family.IPV4], facts[Family.IPV6]
    assert [(h.url, h.address) for h in four.hops] == [
        ("https://www.p.example/", "192.0.2.80"), ("https://four.p.example/x", "192.0.2.84")
    ]  # fmt: skip
    assert six.failure is not None
    assert six.failure.reason is Reason.NO_ADDRESS
    assert ("https://four.p.example/x", "") not in script.fetched


async def test_a_redirect_loop_ends(open_context: Open, script: Any) -> None:
    script.page = redirecting(www_p_example="/again")
    facts = await fetch(open_context)
    assert all(len(f.hops) == REDIRECTS + 2 for f in facts)
    assert all(f.failure is not None and f.failure.reason is Reason.PROTOCOL for f in facts)


async def test_plain_http_stops_where_https_begins(open_context: Open, script: Any) -> None:
    def page(url: str, address: str) -> HttpHop:
        headers = (("location", "https://www.p.example/"),) if url.startswith("http:") else ()
        return HttpHop(url=url, address=address, at=1.0, status=301 if headers else 200, headers=headers)

    script.page = page
    plain = [f for f in await fetch(open_context) if f.endpoint.startswith("http:")]
    assert [len(f.hops) for f in plain] == [1, 1]
    assert all(f.failure is None for f in plain)


@pytest.mark.parametrize(
    "location",
    [
        "ftp://www.p.example/", "javascript:alert(1)", "http://[::1", "https://", "//", "http://\x00/", "https://:99999/",
        "https://" + "a" * 300 + ".example/", "https://..example/", "http://[2001:db8::99]/", "\udcff", "https://nowhere.example/",
    ],
)  # fmt: skip
async def test_a_hostile_location_is_data(open_context: Open, script: Any, location: str) -> None:
    script.page = redirecting(four_p_example=location)
    for fact in await fetch(open_context, "four.p.example"):
        if fact.endpoint.startswith("https"):
            assert fact.failure is not None or len(fact.hops) > 1
    assert not [address for url, address in script.fetched if address != "192.0.2.84"]


async def test_a_redirect_to_an_excluded_host_is_not_followed(open_context: Open, script: Any) -> None:
    script.page = redirecting(www_p_example="https://four.p.example/")
    facts = await fetch(open_context, scope=Scope(exclude=("four.p.example",)))
    assert all(f.failure is not None and f.failure.side is Side.OURS for f in facts if f.endpoint == HTTPS)
    assert not [url for url, _ in script.fetched if "four" in url]


async def test_one_outside_host_is_asked_and_a_second_one_only_where_the_inventory_allows_it(
    open_context: Open, script: Any
) -> None:
    led = {"www_p_example": "http://alias.p.example/", "alias_p_example": "https://four.p.example/"}

    def page(url: str, address: str) -> HttpHop:
        hop = redirecting(**led)(url, address)
        if url == "http://alias.p.example/":  # the same outside host may lead to itself
            return replace(hop, headers=(("location", "https://alias.p.example/"),))
        return hop

    script.page = page
    facts = [f for f in await fetch(open_context) if f.endpoint == HTTPS and f.family is Family.IPV4]
    assert [hop.url for hop in facts[0].hops] == [
        "https://www.p.example/", "http://alias.p.example/", "https://alias.p.example/", "https://four.p.example/"
    ]  # fmt: skip
    last = facts[0].hops[-1]
    assert last.failure is not None
    assert (last.failure.reason, last.failure.side, last.tries) == (Reason.OUT_OF_SCOPE, Side.OURS, 0)
    assert "outside_hosts" in last.failure.detail
    assert not [url for url, _ in script.fetched if "four" in url]

    facts = [
        f for f in await fetch(open_context, scope=Scope(outside_hosts=True))
        if f.endpoint == HTTPS and f.family is Family.IPV4
    ]  # fmt: skip
    assert facts[0].failure is None
    assert ("https://four.p.example/", "192.0.2.84") in script.fetched


async def test_a_fetch_that_comes_back_to_the_inventory_goes_on(open_context: Open, script: Any) -> None:
    script.page = redirecting(four_p_example="https://www.p.example/x")
    facts = [f for f in await fetch(open_context, "four.p.example") if f.endpoint.startswith("https")]
    assert [hop.url for hop in facts[0].hops] == ["https://four.p.example/", "https://www.p.example/x"]
    assert facts[0].failure is None


async def test_a_failing_page_is_a_failing_fact(open_context: Open, script: Any) -> None:
    failure = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="silence")
    script.page = lambda url, address: HttpHop(url=url, address=address, at=1.0, failure=failure)
    facts = await fetch(open_context)
    assert all(f.failure == failure for f in facts)
    assert not any(f.control for f in facts)


async def test_connection_times_are_taken_by_turns_over_both_families(open_context: Open) -> None:
    async with open_context() as context:
        times = await connect_times(context, HTTPS, 443, ["2001:db8::80", "192.0.2.80", "192.0.2.81"])
        alone = await connect_times(context, HTTPS, 443, ["2001:db8::80"])
    assert times is not None
    assert times.addresses == {Family.IPV4: "192.0.2.80", Family.IPV6: "2001:db8::80"}
    assert {family: len(taken) + times.lost[family] for family, taken in times.samples.items()} == {
        Family.IPV4: 5, Family.IPV6: 5,
    }  # fmt: skip
    assert alone is None
