"""Similarity of pages: blind to what changes with each request, not blind to another page in the same language."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.similarity import similarity, structure_similarity, visible_words

_NEWS = (
    "Ủy ban nhân dân tỉnh họp phiên thường kỳ về chuyển đổi số và cải cách hành chính, giao các sở ngành rà soát "
    "thủ tục, công khai kết quả giải quyết hồ sơ và nâng cao chất lượng phục vụ người dân doanh nghiệp trên địa bàn"
)
_OTHER = (
    "Trang mặc định của máy chủ cũ. Hệ thống đang bảo trì, xin quay lại sau. Bản sao lưu năm hai nghìn mười chín, "
    "không còn ai theo dõi, mọi câu hỏi xin gửi về bộ phận kỹ thuật của nhà cung cấp dịch vụ lưu trữ"
)


def page(text: str, extra: str = "") -> bytes:
    return f"<!doctype html><html><head><title>Cổng</title>{extra}</head><body><p>{text}</p></body></html>".encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<script nonce="aaa">var t=1;</script>', '<script nonce="bbb">var t=222; other()</script>'),
        ('<input type="hidden" name="__VIEWSTATE" value="AAAA">', '<input type="hidden" name="__VIEWSTATE" value="B">'),
        ('<meta name="csrf-token" content="1">', '<meta name="csrf-token" content="2">'),
        ("<style>a{}</style>", ""),
        ("<!-- served by web1 -->", "<!-- served by web2 -->"),
    ],
)
def test_what_is_made_for_each_request_does_not_count(one: str, other: str) -> None:
    assert similarity(page(_NEWS, one), page(_NEWS, other)) == 1.0


def test_times_counters_and_tokens_in_the_text_do_not_count() -> None:
    one = page(_NEWS + " Cập nhật 24/11/2026 08:15:03, lượt truy cập 1.204.511, mã 9f86d081884c7d659a2feaa0c55ad015")
    other = page(_NEWS + " Cập nhật 25/11/2026 09:47:59, lượt truy cập 1.204.902, mã 60303ae22b998861bce3b28f33eec1be")
    assert similarity(one, other) == 1.0


def test_a_changed_headline_is_a_small_difference() -> None:
    assert 0.8 < similarity(page(_NEWS + " Tin nóng hôm nay"), page(_NEWS + " Thông báo mới nhất")) < 1.0


def test_another_page_in_the_same_language_is_another_page() -> None:
    assert similarity(page(_NEWS), page(_OTHER)) < 0.2


def test_order_counts() -> None:
    words = _NEWS.split()
    assert similarity(page(" ".join(words)), page(" ".join(sorted(words)))) < 0.3


def test_pages_without_text_are_compared_by_what_they_load() -> None:
    def shell(src: str) -> bytes:
        return f'<html><script src="{src}?v=12"></script><div id="app"></div></html>'.encode()

    assert similarity(shell("/main.js"), shell("/main.js").replace(b"12", b"13")) == 1.0
    assert similarity(shell("/main.js"), shell("/old/index.js")) == 0.0


def test_a_page_and_nothing_have_nothing_in_common() -> None:
    assert similarity(page(_NEWS), b"") == 0.0
    assert similarity(b"", b"") == 1.0


def test_hidden_elements_are_not_read() -> None:
    assert visible_words(b"<p>a<script>b</script><noscript>c</noscript>d</p>") == ("a", "d")


@pytest.mark.parametrize(
    "hostile",
    [
        b"<div>" * 60_000, b"<![" + b"x" * 9, b"<!" * 90_000, b"&#" * 90_000, b"\xff" * 9, b"<a href='" * 30_001,
        b"<a href='" * 30_001 + b">", b"<?" * 90_000, b"<a " * 80_000,
    ],
)  # fmt: skip
def test_hostile_pages_cost_little(hostile: bytes) -> None:
    began = time.process_time()
    assert 0.0 <= similarity(hostile, page(_NEWS)) <= 1.0
    assert time.process_time() - began < 5.0


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_is_a_symmetric_share(one: bytes, other: bytes) -> None:
    value = similarity(one, other)
    assert 0.0 <= value <= 1.0
    assert value == similarity(other, one)


@given(st.text(max_size=200))
def test_a_page_is_like_itself(text: str) -> None:
    body = page(text)
    assert similarity(body, body + b"<!-- x -->") == 1.0


@pytest.mark.parametrize(
    "other",
    [
        b"<html><body><h1>Other words</h1><p>altogether</p><p>new</p></body></html>",
        b"<html><body><h1>A</h1><p nonce='x'>b</p><p>c</p></body></html>",
    ],
)
def test_structure_is_the_elements_alone(other: bytes) -> None:
    assert structure_similarity(b"<html><body><h1>Words</h1><p>one</p><p>two</p></body></html>", other) == 1.0


def test_another_build_of_the_same_words_is_seen() -> None:
    one = b"<main><nav><ul><li>a<li>b<li>c</ul></nav><h1>x</h1></main>"
    assert similarity(one, b"<pre>a b c x</pre>") == 1.0
    assert structure_similarity(one, b"<pre>a b c x</pre>") == 0.0


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_structure_similarity_is_symmetric_and_bounded(one: bytes, other: bytes) -> None:
    found = structure_similarity(one, other)
    assert 0 <= found <= 1
    assert found == structure_similarity(other, one)
    assert structure_similarity(one, one) == 1
