"""Who is let in, under which name, and with what headers every answer leaves."""

import base64
from pathlib import Path

import httpx
import pytest

from netaudit.serve.guard import Access, Token, reachable_names
from tests.serve.conftest import client_of

TOKEN = "correct-horse-battery-staple"
PLACES = ["/", "/metrics", "/openapi.json", "/api/v1/runs", "/reports/tonight/", "/nowhere", "/api/v1/runs?limit=x"]


@pytest.mark.parametrize("place", PLACES)
async def test_every_answer_has_the_headers(client: httpx.AsyncClient, place: str) -> None:
    headers = (await client.get(place)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "private" in headers["cache-control"]
    assert "strict-transport-security" not in headers, "a promise that HTTP can't make (RFC 6797 section 7.2)"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["localhost", "localhost:8053", "127.0.0.1:1", "[::1]:8053", "LOCALHOST.", "[0:0::1]"])
async def test_names_of_loopback_are_known(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/api/v1/runs", headers={"host": host})).status_code == (
        421 if host == "[0:0::1]" else 200
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.localhost",
        "notlocalhost",
        "localhost.evil.example",
        "127.0.0.1.nip.example",
        "",
        "[",
        "10.0.0.1",
        "a@b",
    ],
)
async def test_another_name_is_turned_away(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/api/v1/runs", headers={"host": host})
    assert answer.status_code == 421 and "items" not in answer.text


async def test_names_and_addresses_that_were_given_are_known(library: Path) -> None:
    access = Access(names=reachable_names(["Audit.example."]), addresses=frozenset({"2001:db8::53"}))
    async with client_of(library, access) as client:
        for host, status in (("audit.example:443", 200), ("[2001:db8:0::53]:8053", 200), ("other.example", 421)):
            assert (await client.get("/metrics", headers={"host": host})).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get"])
@pytest.mark.parametrize("place", ["/", "/api/v1/runs", "/reports/tonight/", "/nowhere"])
async def test_nothing_can_be_written(client: httpx.AsyncClient, method: str, place: str) -> None:
    answer = await client.request(method, place)
    assert answer.status_code == (200 if method == "get" and place != "/nowhere" else 404 if method == "get" else 405)
    if answer.status_code == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("place", PLACES)
async def test_head_is_get_without_a_body(client: httpx.AsyncClient, place: str) -> None:
    got, head = await client.get(place), await client.head(place)
    assert (head.status_code, head.headers.get("etag")) == (got.status_code, got.headers.get("etag"))
    assert head.headers.get("content-length") == got.headers.get("content-length")


async def test_options_says_what_may_be_asked(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/v1/runs")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


async def test_bodies_and_long_addresses_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.request("GET", "/api/v1/runs", content=b"x")).status_code == 413
    chunked = await client.request("GET", "/", headers={"transfer-encoding": "chunked"})
    assert chunked.status_code == 413
    assert (await client.get("/" + "a" * 2_047)).status_code == 404
    assert (await client.get("/" + "a" * 2_048)).status_code == 414
    assert (await client.get("/api/v1/runs?province=" + "a" * 2_100)).status_code == 414


def shown(password: str, user: str = "prometheus") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "authorization",
    [
        "", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Token {TOKEN}", TOKEN, shown(TOKEN + "x"),
        f"Basic {TOKEN}", "Basic !!!", f"Bearer {TOKEN} {TOKEN}", shown("", TOKEN),
    ],
)  # fmt: skip
async def test_without_the_token_nothing_is_told(library: Path, place: str, authorization: str) -> None:
    async with client_of(library, Access(token=Token(TOKEN))) as client:
        answer = await client.get(place, headers={"authorization": authorization})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "lam-dong" not in answer.text and TOKEN not in answer.text


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer  {TOKEN}", shown(TOKEN), shown(TOKEN, "")])
async def test_with_the_token_everything_is(library: Path, authorization: str) -> None:
    async with client_of(library, Access(token=Token(TOKEN))) as client:
        assert (await client.get("/api/v1/runs", headers={"authorization": authorization})).status_code == 200
        refused = await client.get(f"/api/v1/runs?token={TOKEN}")
        assert refused.status_code == 401, "an address is no place for a secret"


def test_a_token_shows_itself_nowhere() -> None:
    token = Token(TOKEN)
    assert TOKEN not in repr(token) + str(vars(token)) + repr(Access(token=token))
