"""Our security status is that of Unbound, BIND and Knot Resolver wherever they agree with each other."""

import pytest

from tests.lab.agreement.matrix import CASES
from tests.lab.agreement.page import PAGE, page, versions
from tests.lab.agreement.rows import Reasons, Row, contradicted, measured, needless, read_reasons, unexplained

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("agreement")]

# the names of the extended DNS errors test bed (Nosyk et al., IMC 2023, doi 10.1145/3618257.3624835)
KNOWN = """
valid unsigned allow-query-none allow-query-localhost not-auth no-ds ds-bad-tag ds-bad-key-algo ds-unassigned-key-algo
ds-reserved-key-algo ds-unassigned-digest-algo ds-bogus-digest-value rrsig-exp-all rrsig-exp-a rrsig-not-yet-all
rrsig-not-yet-a rrsig-no-all rrsig-no-a rrsig-exp-before-all rrsig-exp-before-a no-rrsig-ksk no-rrsig-dnskey
bad-rrsig-ksk bad-rrsig-dnskey bad-nsec3-hash bad-nsec3-next bad-nsec3-rrsig nsec3-missing nsec3-rrsig-missing
nsec3param-missing bad-nsec3param-salt no-nsec3param-nsec3 nsec3-iter-1 nsec3-iter-51 nsec3-iter-101 nsec3-iter-151
nsec3-iter-200 no-zsk bad-zsk no-ksk bad-ksk no-dnskey-256 no-dnskey-257 no-dnskey-256-257 bad-zsk-algo
unassigned-zsk-algo reserved-zsk-algo ed448 rsamd5 dsa v4-doc v6-doc
"""


@pytest.fixture(scope="module")
def reasons() -> Reasons:
    return read_reasons()


@pytest.fixture(scope="module")
def rows(reasons: Reasons) -> list[Row]:
    return measured(reasons)


def test_nowhere_do_all_resolvers_agree_and_we_differ(rows: list[Row], reasons: Reasons) -> None:
    assert contradicted(rows, reasons) == []


def test_every_difference_has_a_reason_and_every_reason_a_difference(rows: list[Row], reasons: Reasons) -> None:
    assert unexplained(rows, reasons) == []
    assert needless(rows, reasons) == []


def test_every_resolver_tells_all_four_states_apart(rows: list[Row]) -> None:
    for resolver in rows[0].seen:
        assert {row.seen[resolver].status for row in rows} >= {"secure", "insecure", "bogus", "indeterminate"}, resolver


def test_the_matrix_is_as_wide_as_promised(rows: list[Row]) -> None:
    assert set(KNOWN.split()) <= set(CASES)
    broken = {row.zone for row in rows if row.zone in CASES and row.question.meant in ("bogus", "indeterminate")}
    assert len(broken) >= 80


def test_the_page_is_what_was_measured(rows: list[Row], reasons: Reasons) -> None:
    kept = PAGE.read_text(encoding="utf-8")
    if versions() not in kept:
        pytest.skip(f"the page was measured with other versions than {versions()}")
    assert page(rows, reasons) == kept, "make agreement"
