"""Rows of evidence in the reader's language: our words are, what others said is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.writers.sightings import SIGHTINGS, sighting_text
from netaudit.writers.wording import Wording

VI, EN = Wording("vi"), Wording("en")


@pytest.mark.parametrize(
    ("saw", "vietnamese"),
    [
        ("expired", "đã hết hạn"),
        ("authoritative answer over IPv6", "trả lời có thẩm quyền qua IPv6"),
        ("vn: authoritative answer over IPv4", "vn: trả lời có thẩm quyền qua IPv4"),
        ("unique local; no address of the public Internet",
         "địa chỉ cục bộ duy nhất (ULA); không phải địa chỉ Internet công cộng"),
        ("SOA: RRSIG by key 4, 2026-11-16T06:59:35Z to 2026-11-25T06:59:35Z, expired",
         "SOA: RRSIG bằng khóa 4, từ 16/11/2026 13:59 (UTC+7) đến 25/11/2026 13:59 (UTC+7), đã hết hạn"),
        ("first end 2026-11-25T13:28:57Z (SOA, -1.5 days left)",
         "hết hạn sớm nhất 25/11/2026 20:28 (UTC+7) (SOA, còn -1,5 ngày)"),
        ("DS 22451 8 2: no match", "DS 22451 8 2: không khớp"),
        ("DNSKEY 44599 8 256: 2048 bits", "DNSKEY 44599 8 256: dài 2048 bit"),
        ("timeout: no reply (6 tries)", "không trả lời kịp thời hạn: không có trả lời (6 lần thử)"),
        ("bogus: signature_expired: by key 3; DS 1 8 2; signing keys none",
         "bogus (sai, không tin được): chữ ký đã hết hạn: bằng khóa 3; DS 1 8 2; không có khóa nào ký"),
        ("A: bogus (signature_expired: by key 3, ended at 2026-11-25T13:28:57Z); NSEC",
         "A: bogus (sai, không tin được): chữ ký đã hết hạn: bằng khóa 3, hết hạn lúc 25/11/2026 20:28 (UTC+7); NSEC"),
        ("no route was seen; 0 peers", "không thấy tuyến nào; 0 mạng cung cấp bảng định tuyến (peer)"),
        ("open; failed in 2 of 3 rounds: timeout: no reply",
         "mở; hỏng trong 2 trên 3 vòng: không trả lời kịp thời hạn: không có trả lời"),
        ("failed in 1 of 3 rounds", "hỏng trong 1 trên 3 vòng"),
        ("SOA RCODE 5, not authoritative; DNSKEY none", "SOA RCODE 5, không có thẩm quyền; không có DNSKEY"),
    ],
)  # fmt: skip
def test_our_own_words_are_translated(saw: str, vietnamese: str) -> None:
    assert sighting_text(saw, VI) == vietnamese


@pytest.mark.parametrize(
    "saw",
    [
        "TXT v=spf1 mx; open; -all", "220 mail.tinh.vn ESMTP; closed", "203.0.113.10, 2001:db8::10", "TLSv1.3",
        "HTTPS 1 . alpn=h2; expired", "NS ns1.tinh.vn, ns2.tinh.vn", "", ";", ": ", "%(what)s %s",
    ],
)  # fmt: skip
def test_what_others_said_stays_as_it_is(saw: str) -> None:
    assert sighting_text(saw, VI) == saw


@given(st.text(max_size=80))
def test_any_text_is_a_row(text: str) -> None:
    assert sighting_text(text, EN).count(";") >= 0
    assert sighting_text("TXT " + text, VI) == "TXT " + text


def test_every_sighting_has_its_vietnamese() -> None:
    missing = [s for s in SIGHTINGS if VI.gettext(s) == s]
    assert missing == []
    for message in SIGHTINGS:
        assert set(re.findall(r"%\(\w+\)s", message)) == set(re.findall(r"%\(\w+\)s", VI.gettext(message))), message


def test_no_text_takes_long_or_goes_deep() -> None:
    for text in ("a: " * 50_000, "failed in " * 20_000, "x" * 200_000):
        assert sighting_text(text, VI) == text
