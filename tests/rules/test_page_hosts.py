"""Which hosts a page needs, read from its HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.page_hosts import PageHosts, page_hosts

URL = "https://www.tinh.example/tin-tuc/"


@pytest.mark.parametrize(
    "html",
    [
        "<script src='https://cdn.example/a.js'></script>",
        "<link rel='stylesheet' href='//cdn.example/a.css'>",
        "<link rel='shortcut icon' href='https://cdn.example/i.ico'>",
        "<img src='https://cdn.example/a.png'>",
        "<img srcset='https://cdn.example/a.png 1x, https://cdn.example/b.png 2x'>",
        "<iframe src='HTTPS://CDN.Example./x'></iframe>",
        "<form action='https://cdn.example/send'>",
        "<p style='background: url(https://cdn.example/a.png)'>",
        "<style>@import 'https://cdn.example/b.css';</style>",
        "<base href='https://cdn.example/x/'><img src='y.png'>",
    ],
)
def test_what_a_page_loads(html: str) -> None:
    assert page_hosts(URL, html.encode()).resources == ("cdn.example",)


def test_links_lead_elsewhere_and_own_references_do_not_count() -> None:
    html = (
        b"<a href='https://other.example/'>x</a><a href='/y'>y</a><img src='z.png'><a href='mailto:a@b.example'>m</a>"
    )
    assert page_hosts(URL, html) == PageHosts(links=("other.example",))


def test_what_is_loaded_is_not_a_link_as_well() -> None:
    html = b"<a href='https://cdn.example/'>x</a><script src='https://cdn.example/a.js'></script>"
    assert page_hosts(URL, html) == PageHosts(resources=("cdn.example",))


@pytest.mark.parametrize("reference", ["data:text/css,x", "javascript:1", "https://192.0.2.1/", "https://[2001:db8::1]/",
                                       "https://[broken/", "https://localhost/", ""])  # fmt: skip
def test_what_names_no_host_is_passed_over(reference: str) -> None:
    assert page_hosts(URL, f"<script src='{reference}'></script>".encode()) == PageHosts()


def test_more_hosts_than_are_kept_is_said() -> None:
    html = "".join(f"<img src='https://h{n}.example/'>" for n in range(100))
    found = page_hosts(URL, html.encode())
    assert (len(found.resources), found.whole) == (40, False)


def test_hostile_pages_cost_little() -> None:
    began = time.process_time()
    for hostile in (
        b"<" * 300_000,
        b"<a href='" * 40_000,
        b"<style>" + b"url(" * 80_000,
        b"<img srcset='" + b"," * 260_000,
        b"<a href='" * 30_001 + b">",
        b"<?" * 100_000,
        b"<a b " * 50_000,
    ):
        page_hosts(URL, hostile)
    assert time.process_time() - began < 4


@given(st.binary(max_size=400))
def test_any_bytes_are_read(body: bytes) -> None:
    assert isinstance(page_hosts(URL, body), PageHosts)
