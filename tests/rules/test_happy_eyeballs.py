"""What slow IPv6 costs a dual-stack client."""

from hypothesis import given
from hypothesis import strategies as st

from netaudit.rules.happy_eyeballs import ATTEMPT_DELAY_MS, connect_delay, typical_ms

_MS = st.floats(min_value=0.1, max_value=10_000)
_SAMPLES = st.lists(_MS, min_size=3, max_size=7)


@given(_MS, _MS)
def test_a_client_never_waits_longer_than_its_attempt_delay(ipv4: float, ipv6: float) -> None:
    delay = connect_delay([ipv4] * 3, [ipv6] * 3)
    assert delay is not None
    assert delay.behind_ms == ipv6 - ipv4
    assert delay.cost_ms == min(max(ipv6 - ipv4, 0), ATTEMPT_DELAY_MS)


@given(_MS, st.lists(st.floats(min_value=0, max_value=800), min_size=2, max_size=6))
def test_a_busy_scanner_is_no_slow_ipv6(fastest: float, delays: list[float]) -> None:
    """One sample that was taken in time is enough to show it."""
    delay = connect_delay([fastest] * 3, [fastest, *(fastest + late for late in delays)])
    assert delay is not None
    assert delay.behind_ms <= 0


@given(_SAMPLES)
def test_a_sample_that_waited_for_a_lost_packet_changes_nothing(samples: list[float]) -> None:
    alike = [min(samples) + sample % 500 for sample in samples]
    assert typical_ms([*alike, max(alike) + 1_000]) == typical_ms(alike)


def test_too_few_samples_have_no_typical_value() -> None:
    assert typical_ms([]) is None
    assert typical_ms([1.0, 2.0]) is None
    assert typical_ms([1.0, 1_001.0, 1_002.0]) is None
    assert connect_delay([1.0] * 3, [1.0]) is None
