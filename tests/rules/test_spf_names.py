"""The names that evaluating an SPF record asks for."""

import pytest

from netaudit.rules.spf import SpfName, spf_names


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ("v=spf1 include:_spf.Partner.example. -all", [("_spf.partner.example", "TXT")]),
        ("v=spf1 a:www.example/28 mx:example.org ~all", [("www.example", "A"), ("example.org", "MX")]),
        ("v=spf1 ?exists:list.example.net -all", [("list.example.net", "A")]),
        ("v=spf1 redirect=_spf.example.net", [("_spf.example.net", "TXT")]),
        ("v=spf1 -all redirect=_spf.example.net include:late.example", []),
        ("v=spf1 a mx ip4:192.0.2.1 ptr -all", []),
        ("v=spf1 include:%{d}.example.net a:example -all", []),
        ("v=spf1 include:a.example include:a.example -all", [("a.example", "TXT")]),
        ("v=spf1 include:" + "x" * 64 + ".example include:..example -all", []),
    ],
)
def test_names(record: str, names: list[tuple[str, str]]) -> None:
    assert list(spf_names(record)) == [SpfName(*item) for item in names]
