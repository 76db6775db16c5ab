"""The front page, the reports, and what stands beside them in a folder and is nobody's."""

import hashlib
import html
import re
from pathlib import Path

import httpx
import pytest

from netaudit.serve.files import open_below
from tests.serve.conftest import SECRET


async def test_the_front_page_leads_to_the_newest_report_of_each_province(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    first, _, earlier = page.partition("<h2>")
    assert re.findall(r'href="(/reports/[^"]*)"', first) == ["/reports/khanh-hoa/", "/reports/tonight/"]
    assert re.findall(r'href="(/reports/[^"]*)"', earlier) == ["/reports/last%20night/"]
    assert "chưa" in earlier or "không" in earlier, "the incomplete run must say so"


@pytest.mark.parametrize(
    ("accepted", "language"), [("", "vi"), ("en-GB,vi;q=0.5", "en"), ("fr, vi", "vi"), ("de", "vi")]
)
async def test_the_front_page_speaks_the_readers_language(
    client: httpx.AsyncClient, accepted: str, language: str
) -> None:
    answer = await client.get("/", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in answer.text
    assert ("Reports" in answer.text) is (language == "en")


async def test_the_front_page_keeps_its_own_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    style = re.search("<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = re.search("style-src 'sha256-([^']+)'", answer.headers["content-security-policy"])
    assert digest is not None
    assert hashlib.sha256(html.unescape(style[1]).encode()).digest().hex() == _hex(digest[1])
    assert answer.headers["content-security-policy"].endswith("frame-ancestors 'none'")


async def test_a_report_is_served_whole_with_the_policy_that_stands_in_it(
    client: httpx.AsyncClient, library: Path
) -> None:
    moved = await client.get("/reports/tonight")
    assert (moved.status_code, moved.headers["location"]) == (308, "/reports/tonight/")
    answer = await client.get("/reports/tonight/")
    assert answer.content == (library / "tonight" / "index.html").read_bytes()
    own = re.search('Content-Security-Policy" content="([^"]*)"', answer.text)
    assert own is not None
    assert answer.headers["content-security-policy"] == f"{html.unescape(own[1])}; frame-ancestors 'none'"
    assert "script-src 'sha256-" in answer.headers["content-security-policy"]


async def test_every_link_of_the_first_page_leads_to_a_page(client: httpx.AsyncClient) -> None:
    page = (await client.get("/reports/tonight/")).text
    links = {link for link in re.findall(r'href="([a-z_]+/[^"#]+\.html)', page)}
    assert len(links) > 20
    for link in sorted(links)[:20]:
        assert (await client.get(f"/reports/tonight/{html.unescape(link)}")).status_code == 200, link


@pytest.mark.parametrize("page", ["plain.html", "lax.html"])
async def test_a_page_that_is_not_ours_may_do_nothing(client: httpx.AsyncClient, page: str) -> None:
    policy = (await client.get(f"/reports/tonight/{page}")).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox")


@pytest.mark.parametrize(
    "path",
    [
        "tonight/lab-keys.json", "tonight/facts.jsonl.zst", "tonight/.hidden.html", "tonight/link.html",
        "tonight/way/secret.html", "tonight/pipe.html", "tonight/folder.html", "tonight/folder.html/", "tonight/unit/",
        "tonight/%2e%2e/tonight/index.html", "tonight/..%2findex.html", "tonight/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "tonight//index.html", "tonight/index.html/", "tonight/a%00.html", "tonight/..%5cindex.html",
        "tonight/%252e%252e/index.html", "tonight/./index.html%20", "away/secret.html", "away", "broken/run.json",
        "%2e%2e/secret.html", "nothing", "nothing/", "khanh-hoa/", "tonight/a/b/c/d.html",
        "tonight/" + "a" * 300 + ".html",
    ],
)  # fmt: skip
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    request = httpx.Request("GET", "http://localhost/", headers={"host": "localhost"})
    request.url = request.url.copy_with(raw_path=f"/reports/{path}".encode())  # as it is: no client tidies it up
    answer = await client.send(request)
    assert answer.status_code == 404 and SECRET not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "way", ["../secret.html", "/etc/passwd.html", "a/../../b.html", "", ".", "x\0.html", "unit/../index.html"]
)
def test_no_way_leads_out_of_a_folder(library: Path, way: str) -> None:
    assert open_below(library / "tonight", way) is None


async def test_a_link_to_a_run_within_the_shelf_shows_it_once(client: httpx.AsyncClient) -> None:
    runs = (await client.get("/api/v1/runs")).json()["items"]
    assert [run["report"] for run in runs] == ["tonight", "last night", "khanh-hoa"]


async def test_a_file_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/reports/tonight/run.json")
    assert first.headers["content-disposition"] == "attachment"
    tag = first.headers["etag"]
    again = await client.get("/reports/tonight/run.json", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = await client.head("/reports/tonight/run.json")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))


def _hex(base64: str) -> str:
    import base64 as codec

    return codec.b64decode(base64).hex()
