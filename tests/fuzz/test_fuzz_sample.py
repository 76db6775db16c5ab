"""A short sample of `make fuzz`: every kept input, and some thousands of mutations that are the same every time."""

from itertools import islice
from pathlib import Path

import dns.message
import dns.rrset
import pytest

from netaudit.dns.budget import Meter
from netaudit.dns.validate import Validator
from tests.fuzz import targets
from tests.fuzz.__main__ import NAMES, _blind, main
from tests.fuzz.corpus import CORPUS, genuine, seeds
from tests.fuzz.mutate import mutations

# five seconds each
_SAMPLES = {
    "response": 6_000, "validator": 1_500, "inventory": 1_500, "mrt": 3_000, "zone-file": 1_200,
    "printed-routes": 2_500, "sessions": 1_500, "vrps": 1_500, "registries": 1_500,
}  # fmt: skip


def test_each_target_has_a_sample() -> None:
    assert set(NAMES) == set(targets.TARGETS) == set(_SAMPLES)


@pytest.mark.parametrize("target", NAMES)
def test_what_fuzzing_kept_makes_no_fault(target: str) -> None:
    for data in seeds(target):
        targets.TARGETS[target](data)


@pytest.mark.parametrize("target", NAMES)
def test_mutations_make_no_fault(target: str) -> None:
    for number, data in enumerate(islice(mutations(seeds(target), 2026), _SAMPLES[target])):
        try:
            targets.TARGETS[target](data)
        except Exception as error:
            raise AssertionError(f"mutation {number}: {data.hex()}") from error


def test_the_recorded_world_is_secure_where_it_should_be() -> None:
    """Else the validator's invariants would hold of nothing."""
    found = {question: targets._genuine(question).status for question in targets.WORLD.questions}
    assert sum(status is targets._SECURE for status in found.values()) > 40
    assert found[targets._DEEP[-1]] is targets._INSECURE
    assert targets._usual() > 20


def test_the_evidence_chosen_says_what_all_of_it_says() -> None:
    for slot, exchange in enumerate(targets.WORLD.exchanges):
        judge = Validator(targets._evidence(slot), targets.WORLD.anchors, targets.WORLD.now)
        for question in (exchange.question, *targets._DEEP):
            few, all_ = judge.status(*question), targets._genuine(question)
            assert (question, few.status, few.reason) == (question, all_.status, all_.reason)


def test_a_validator_that_believed_any_signature_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_verified", lambda data, signature, key: True)
    with pytest.raises(AssertionError, match=r"false data is believed|other keys are trusted"):
        for data in islice(mutations(genuine("validator"), 1), 500):
            targets.validator(data)


def test_a_validator_without_a_budget_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Meter, "spend", lambda self: None)
    with pytest.raises(AssertionError, match="signatures verified"):
        targets.validator(_flood())


def test_a_hang_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "HANG", 0.0)
    with pytest.raises(AssertionError, match="CPU"):
        targets.response(genuine("response")[0])


def test_blind_fuzzing_keeps_the_input_that_made_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(targets, "HANG", 0.0)
    assert not _blind("response", 5)
    (kept,) = (tmp_path / "build/fuzz/response").glob("crash-*")
    with pytest.raises(AssertionError, match="CPU"):
        main(["--replay", str(kept), "response"])
    monkeypatch.setattr(targets, "HANG", 2.0)
    assert main(["--replay", str(kept), "response"]) == 0
    assert _blind("response", 1)


def test_mutations_are_the_same_for_the_same_seed() -> None:
    seed = genuine("response")
    assert list(islice(mutations(seed, 7), 50)) == list(islice(mutations(seed, 7), 50))
    assert list(islice(mutations(seed, 7), 50)) != list(islice(mutations(seed, 8), 50))


def test_the_corpus_stays_small() -> None:
    folders = [path for path in CORPUS.iterdir() if path.is_dir()]
    assert {path.name for path in folders} == set(NAMES)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*.bin")) < 200_000


def _flood() -> bytes:
    """The answer for www.tinh.vn with 400 signatures, each a little wrong in its own way."""
    slot = next(n for n, e in enumerate(targets.WORLD.exchanges) if e.question == targets._DEEP[0])
    message = targets.WORLD.exchanges[slot].message
    assert message is not None
    held = message.answer[1]
    wrong = [held[0].replace(signature=number.to_bytes(64, "big")) for number in range(400)]
    flooded = dns.message.from_wire(targets.WORLD.exchanges[slot].response or b"")
    flooded.answer[1] = dns.rrset.from_rdata_list(held.name, held.ttl, wrong)
    return bytes((slot,)) + flooded.to_wire(max_size=65_535)
