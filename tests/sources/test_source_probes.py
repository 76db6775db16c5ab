"""Sources asked about a data centre: which facts come of their answers, and of answers that are missing or wrong."""

import json
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.inventory import Source, SourceKind
from netaudit.model.routing import (
    RegistrationsFact,
    RouteObjectsFact,
    RoutesFact,
    RoutingFact,
    VrpsFact,
)
from netaudit.probes.sources import SourceProbe
from netaudit.sources.library import Library
from netaudit.sources.limits import SourceLimits
from tests.sources import world
from tests.sources.servers import Reply, RtrCache, Site, envelope, listening, ripestat, whois

QUICK = SourceLimits(connect_timeout=2, answer_timeout=2, rtr_timeout=2, download_timeout=2, tries=1)


async def ask(folder: Path, source: Source, **library: object) -> tuple[RoutingFact, ...]:
    way = Library(folder, [source], limits=QUICK, loopback_only=True, **library)  # type: ignore[arg-type]
    probe = SourceProbe(way, source, world.CENTRE)
    await probe.run()
    return tuple(probe.facts(None))  # type: ignore[arg-type]


async def test_ripestat_tells_routes_with_full_feeds_and_payloads(tmp_path: Path) -> None:
    site = Site(ripestat(world.RIPESTAT, world.AT))
    async with listening(site) as port:
        source = Source(kind=SourceKind.RIPESTAT, url=f"http://127.0.0.1:{port}", sourceapp="my-province")
        routes, vrps = await ask(tmp_path, source)
    assert isinstance(routes, RoutesFact)
    assert isinstance(vrps, VrpsFact)
    assert (routes.failure, vrps.failure) == (None, None)
    assert routes.id == f"routes-dc-ripestat:127.0.0.1:{port}"
    assert routes.source == f"http://127.0.0.1:{port}"
    assert {(route.prefix, route.as_path) for route in routes.routes} == {
        (prefix, path) for prefix in (world.IPV4, world.IPV6) for path in ((64496, 64501, 64510), (64497, 64502, 64510))
    }
    assert {family: set(asns) for family, asns in routes.feeds.items()} == {
        Family.IPV4: {64496, 64497},
        Family.IPV6: {64496, 64497},
    }
    assert routes.data_time == 1795680000.0
    assert routes.retrieved_at is not None and time.time() - routes.retrieved_at < 10
    assert len(routes.sha256) == 64
    assert {(vrp.prefix, vrp.max_length, vrp.asn) for vrp in vrps.vrps} == {
        (world.IPV4, 24, 64510),
        (world.IPV6, 48, 64510),
    }
    assert vrps.dated is not None
    assert all("sourceapp=my-province" in target for target in site.asked)
    assert len(site.asked) == 5


async def test_without_an_answer_about_every_prefix_no_table_is_told(tmp_path: Path) -> None:
    """Else the prefix that was not answered about would look withdrawn to every peer with a full feed."""
    some = {key: value for key, value in world.RIPESTAT.items() if key != ("bgp-state", world.IPV6)}
    async with listening(Site(ripestat(some, world.AT))) as port:
        routes, vrps = await ask(tmp_path, Source(kind=SourceKind.RIPESTAT, url=f"http://127.0.0.1:{port}"))
    assert isinstance(routes, RoutesFact)
    assert routes.routes == () and routes.feeds == {}
    assert routes.failure is not None
    assert (routes.failure.reason, routes.failure.side) == (Reason.NO_DATA, Side.SOURCE)
    assert vrps.failure is None


async def test_warnings_of_the_source_and_an_answer_used_again_are_told(tmp_path: Path) -> None:
    def answer(target: str) -> Reply:
        call = target.split("/")[2]
        name = next(
            key
            for key in world.RIPESTAT
            if key[0] == call and (not key[1] or key[1].partition("/")[0] in _plain(target))
        )
        warning = (("warning", "Latest available results are 25-30 hours old"), ("info", "not of interest"))
        return Reply(envelope(call, world.RIPESTAT[name], messages=warning, at=world.AT))

    site = Site(answer)
    async with listening(site) as port:
        source = Source(kind=SourceKind.RIPESTAT, url=f"http://127.0.0.1:{port}")
        first, _ = await ask(tmp_path, source)
        asked = len(site.asked)
        later = time.time() + 7_200
        again, _ = await ask(tmp_path, source, now=lambda: later)
    assert first.messages == ("Latest available results are 25-30 hours old",)
    assert len(site.asked) == asked
    assert again.retrieved_at == first.retrieved_at
    assert again.messages[0] == first.messages[0]
    assert again.messages[1].endswith("hours ago was used again")


async def test_an_error_of_ripestat_is_no_table(tmp_path: Path) -> None:
    body = json.dumps({"status": "error", "status_code": 400, "messages": [["error", "bad"]], "data": {}}).encode()
    async with listening(Site(lambda target: Reply(body))) as port:
        facts = await ask(tmp_path, Source(kind=SourceKind.RIPESTAT, url=f"http://127.0.0.1:{port}"))
    assert [fact.failure is not None and fact.failure.reason for fact in facts] == [Reason.NO_DATA, Reason.NO_DATA]


async def test_irr_tells_route_objects_each_once(tmp_path: Path) -> None:
    async with listening(whois(world.IRR)) as port:
        (fact,) = await ask(tmp_path, Source(kind=SourceKind.IRR, host="127.0.0.1", port=port))
    assert isinstance(fact, RouteObjectsFact)
    assert fact.failure is None
    assert [(item.prefix, item.origin, item.registry) for item in fact.objects] == [
        (world.IPV4, 64510, "RADB"),
        (world.IPV6, 64510, "RADB"),
    ]
    assert fact.dated == fact.retrieved_at


async def test_rdap_of_a_registry_that_lacks_a_prefix_is_not_the_word_of_who_must_know(tmp_path: Path) -> None:
    async with listening(Site(world.rdap)) as port:
        (fact,) = await ask(tmp_path, Source(kind=SourceKind.RDAP, url=f"http://127.0.0.1:{port}"))
    assert isinstance(fact, RegistrationsFact)
    assert [(item.resource, item.status) for item in fact.registrations] == [
        (world.IPV4, "ASSIGNED PORTABLE"),
        ("AS64510", ""),
    ]
    assert fact.not_found == ()
    assert fact.failure is not None
    assert fact.failure.side is Side.SOURCE


async def test_rdap_finds_the_registry_and_believes_it(tmp_path: Path, certificates: "Certificates") -> None:
    site = Site(world.rdap)
    async with listening(site, certificates.server) as port:
        documents = world.bootstrap(f"https://127.0.0.1:{port}/")
        start = Site(lambda target: Reply(json.dumps(documents[target]).encode()))
        async with listening(start) as first:
            (fact,) = await ask(
                tmp_path,
                Source(kind=SourceKind.RDAP),
                bootstrap=f"http://127.0.0.1:{first}/rdap/",
                roots=(certificates.root,),
            )
    assert isinstance(fact, RegistrationsFact)
    assert fact.failure is None
    assert {item.resource for item in fact.registrations} == {world.IPV4, "AS64510"}
    assert fact.not_found == (world.IPV6,)
    assert sorted(start.asked) == ["/rdap/asn.json", "/rdap/ipv4.json", "/rdap/ipv6.json"]
    assert sorted(site.asked) == ["/autnum/64510", f"/ip/{world.IPV6}", f"/ip/{world.IPV4}"]


@pytest.mark.parametrize(
    ("lists", "detail"),
    [
        (None, "127.0.0.1: HTTP 404"),
        ({"services": [[["1-64403"], ["https://other.example/"]]]}, "no registry is known for 64404"),
    ],
    ids=["IANA has no list", "no registry is listed"],
)
async def test_only_a_registry_can_say_that_a_resource_is_not_registered(
    tmp_path: Path, lists: object, detail: str
) -> None:
    reply = Reply(status=404) if lists is None else Reply(json.dumps(lists).encode())
    centre = replace(world.CENTRE, asns=(64404,), prefixes=())
    source = Source(kind=SourceKind.RDAP)
    async with listening(Site(lambda target: reply)) as port:
        way = Library(tmp_path, [source], limits=QUICK, loopback_only=True, bootstrap=f"http://127.0.0.1:{port}/rdap/")
        # the second probe is answered from what the library knows by then
        probes = [SourceProbe(way, source, centre) for _ in range(2)]
        for probe in probes:
            await probe.run()
    for probe in probes:
        (fact,) = probe.about_datacentre(None)
        assert isinstance(fact, RegistrationsFact)
        assert fact.not_found == ()
        assert fact.failure == Failure(reason=Reason.NO_DATA, side=Side.SOURCE, detail=detail)


async def test_a_server_that_nobody_vouches_for_is_not_read(tmp_path: Path, certificates: "Certificates") -> None:
    async with listening(Site(lambda target: Reply(world.VRPS)), certificates.server) as port:
        (fact,) = await ask(tmp_path, Source(kind=SourceKind.VRPS, url=f"https://127.0.0.1:{port}/json"))
    assert fact.failure is not None
    assert (fact.failure.reason, fact.failure.side) == (Reason.TLS, Side.SOURCE)


async def test_no_redirect_leads_from_https_to_plain_http(tmp_path: Path, certificates: "Certificates") -> None:
    async with listening(Site(lambda target: Reply(world.VRPS))) as plain:
        away = Reply(status=302, headers={"Location": f"http://127.0.0.1:{plain}/json"})
        async with listening(Site(lambda target: away), certificates.server) as port:
            source = Source(kind=SourceKind.VRPS, url=f"https://127.0.0.1:{port}/json")
            (fact,) = await ask(tmp_path, source, roots=(certificates.root,))
    assert fact.failure is not None
    assert fact.failure.reason is Reason.PROTOCOL
    assert "a redirect to http://127.0.0.1" in fact.failure.detail


async def test_rtr_tells_payloads_of_now(tmp_path: Path) -> None:
    async with listening(RtrCache(world.rtr)) as port:
        (fact,) = await ask(tmp_path, Source(kind=SourceKind.RTR, host="127.0.0.1", port=port))
    assert isinstance(fact, VrpsFact)
    assert [(vrp.prefix, vrp.asn) for vrp in fact.vrps] == [(world.IPV4, 64510)]
    assert (fact.format, fact.total, fact.failure) == ("rtr", 1, None)
    assert fact.data_time == fact.retrieved_at


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        (SourceKind.VRPS, world.VRPS, lambda fact: [(vrp.prefix, vrp.trust_anchor) for vrp in fact.vrps]),
        (SourceKind.DELEGATED, world.DELEGATED, lambda fact: [(r.resource, r.status) for r in fact.registrations]),
    ],
    ids=["vrps", "delegated"],
)
async def test_exports_are_read_as_files_are(
    tmp_path: Path, kind: SourceKind, body: bytes, found: Callable[[RoutingFact], object]
) -> None:
    expected = {
        SourceKind.VRPS: [(world.IPV4, "apnic")],
        SourceKind.DELEGATED: [("AS64510", "allocated"), (world.IPV4, "assigned"), (world.IPV6, "assigned")],
    }
    async with listening(Site(lambda target: Reply(body))) as port:
        (fact,) = await ask(tmp_path, Source(kind=kind, url=f"http://127.0.0.1:{port}/export"))
    assert fact.failure is None
    assert sorted(found(fact)) == sorted(expected[kind])  # type: ignore[call-overload]
    assert fact.data_time is not None and fact.data_time != fact.retrieved_at


async def test_a_probe_that_is_cut_short_tells_each_kind_all_the_same(tmp_path: Path) -> None:
    source = Source(kind=SourceKind.RIPESTAT, url="http://127.0.0.1:9")
    probe = SourceProbe(Library(tmp_path, [source]), source, world.CENTRE)
    assert [type(fact) for fact in probe.facts(None)] == [RoutesFact, VrpsFact]
    assert all(fact.failure is not None for fact in probe.facts(None))  # type: ignore[union-attr]


def _plain(target: str) -> str:
    return target.replace("%3A", ":").replace("%2F", "/")


class Certificates:
    """A certificate authority of the test's own, and a server's context with a certificate for 127.0.0.1."""

    def __init__(self) -> None:
        import trustme

        authority = trustme.CA()
        self.root = authority.cert_pem.bytes().decode()
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(self.server)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()
