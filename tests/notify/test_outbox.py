"""Nothing is lost and nothing is told twice, wherever the process dies and whoever does not answer."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from netaudit.model.run import Run
from netaudit.notify.failures import SendFailure
from netaudit.notify.outbox import deliver, prepare
from netaudit.notify.settings import NotifyFile
from netaudit.notify.state import Message, State, StateError, StateFile
from netaudit.store.lock import LockedError
from tests.notify.nights import DAY, DNS, SIGNED, WEB, night, route, settings
from tests.writers.synthetic import AT

SMALL = settings(route("one"), route("two", webhook="hook"))
FILE = settings(route("one"), route("two", to=("a@example.net", "b@example.net"), webhook="hook"))
NIGHTS = [night(0, {DNS: "fail"}), night(1, {WEB: "fail"}), night(2, {WEB: "fail"}), night(3, {SIGNED: "fail"})]


class Died(BaseException):
    """The process was killed."""


class World:
    """Receivers, and a process that dies after so many steps: a step is a message sent or a state written."""

    def __init__(self, folder: Path) -> None:
        self.received: list[Message] = []
        self.down: dict[str, bool] = {}  # by place: whether its failure is lasting
        self.steps = -1
        self.slept: list[float] = []
        self.file = self._dying(folder)

    def send(self, message: Message) -> None:
        self._step()
        if message.place in self.down:
            raise SendFailure("it is down", lasting=self.down[message.place])
        self.received.append(message)
        self._step()

    def run(self, run: Run, file: NotifyFile = FILE, now: float = AT) -> tuple[int, int]:
        with self.file.hold():
            before = self.file.read()
            state = prepare(before, run, file, now)
            if state is not before:
                self.file.write(state)
            told = deliver(self.file, state, self.send, clock=lambda: now, pause=self.slept.append)
        return len(told.sent), len(told.waiting)

    def _step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            raise Died

    def _dying(self, folder: Path) -> StateFile:
        world = self

        class Dying(StateFile):
            def write(self, state: State) -> None:
                world._step()
                super().write(state)
                world._step()

        return Dying(folder / "state")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def keys(world: World) -> Counter[str]:
    return Counter(message.key for message in world.received)


def test_each_receiver_gets_each_piece_of_news_once(world: World) -> None:
    assert [world.run(run) for run in NIGHTS] == [(4, 0), (4, 0), (0, 0), (4, 0)]
    assert set(keys(world).values()) == {1}
    assert Counter(message.place for message in world.received) == {
        "one@example.net": 3, "a@example.net": 3, "b@example.net": 3, "hook": 3,
    }  # fmt: skip


def test_the_same_run_again_and_an_older_one_bring_nothing(world: World) -> None:
    for run in (NIGHTS[1], NIGHTS[1], NIGHTS[0]):
        world.run(run, now=AT + 3 * DAY)
    assert len(world.received) == 4


def steps_of_all(folder: Path) -> int:
    world = World(folder)
    world.steps = 1_000_000
    for run in NIGHTS[:3]:
        world.run(run, SMALL)
    return 1_000_000 - world.steps


def test_wherever_the_process_dies_nothing_is_lost(tmp_path: Path) -> None:
    """After every single step of three nights: started again, it sends what is missing, one message at most twice."""
    (tmp_path / "whole").mkdir()
    last = steps_of_all(tmp_path / "whole")
    assert last == 3 * 2 + 6 * 4, "three nights that are written down, six messages that are sent and written down"
    twice = 0
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        folder.mkdir()
        world = World(folder)
        world.steps = step
        for run in NIGHTS[:3]:
            try:
                world.run(run, SMALL)
            except Died:
                world.run(run, SMALL)
        counts = keys(world)
        assert len(counts) == 6, f"something was lost or made twice after step {step}"
        assert sum(counts.values()) <= 7 and max(counts.values()) <= 2, f"more than one was repeated after step {step}"
        twice += sum(counts.values()) - 6
    assert twice > 0, "the test must reach the moment between sending and writing it down"


def test_what_fails_in_passing_is_tried_again_and_then_kept(world: World) -> None:
    world.down = {"a@example.net": False}
    assert world.run(NIGHTS[0]) == (3, 1)
    assert world.slept == [1.0, 5.0, 20.0]
    kept = world.file.read().outbox
    assert [(m.place, m.tries, m.problem) for m in kept] == [("a@example.net", 1, "it is down")]
    world.down = {}
    assert world.run(NIGHTS[2]) == (5, 0), "what was kept, and the news since"
    assert set(keys(world).values()) == {1} and len(world.received) == 8
    to_a = [message.since for message in map(_document, world.received) if message.place == "a@example.net"]
    assert to_a == ["", "night-0"], "in the order in which they were made"


def test_what_fails_for_good_is_not_tried_again_at_once(world: World) -> None:
    world.down = {"a@example.net": True}
    assert world.run(NIGHTS[0]) == (3, 1)
    assert world.slept == []


def test_one_receiver_that_is_down_is_asked_once_for_all_its_messages(world: World) -> None:
    world.down = {"hook": False}
    world.run(NIGHTS[0])
    world.run(NIGHTS[1])
    assert world.slept == [1.0, 5.0, 20.0] * 2
    problems = [message.problem for message in world.file.read().outbox]
    assert problems == ["it is down", "as the one before"]


def test_what_nobody_takes_is_given_up_after_a_month(world: World) -> None:
    world.down = {"hook": True}
    world.run(NIGHTS[0], now=AT)
    assert world.run(NIGHTS[0], now=AT + 29 * DAY) == (0, 1)
    assert world.run(NIGHTS[0], now=AT + 31 * DAY) == (0, 0)
    assert world.file.read().outbox == ()


def test_places_that_the_file_no_longer_has_get_nothing_more(world: World) -> None:
    world.down = {"hook": True, "a@example.net": True}
    world.run(NIGHTS[0])
    world.down = {}
    world.run(NIGHTS[0], settings(route("one"), route("two", to=("b@example.net", "a@example.net"))))
    assert sorted(message.place for message in world.received) == ["a@example.net", "b@example.net", "one@example.net"]


def test_keys_are_the_same_for_whoever_makes_the_message_again() -> None:
    made = [prepare(State(), NIGHTS[0], FILE, now).outbox for now in (AT, AT + 99)]
    assert [m.key for m in made[0]] == [m.key for m in made[1]]
    assert len({m.key for m in made[0]}) == 4


def test_two_processes_do_not_send_at_once(world: World, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from netaudit.notify.state import StateFile; "
    code += "StateFile(Path(sys.argv[1])).hold().__enter__()"
    with world.file.hold():
        arguments = [sys.executable, "-c", code, str(tmp_path / "state")]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert LockedError.__name__ in done.stderr


def test_a_state_that_is_damaged_stops_everything(world: World) -> None:
    world.run(NIGHTS[0])
    world.file.path.write_text(world.file.path.read_text()[:-10])
    with pytest.raises(StateError):
        world.run(NIGHTS[1])
    assert len(world.received) == 4


def test_a_state_is_its_owners_alone(world: World) -> None:
    world.run(NIGHTS[0])
    assert world.file.path.stat().st_mode & 0o777 == 0o600
    assert world.file.path.parent.stat().st_mode & 0o777 == 0o700
    assert world.file.read() == msgspec.json.decode(world.file.path.read_bytes(), type=State)


class _Told:
    def __init__(self, place: str, since: str) -> None:
        self.place, self.since = place, since


def _document(message: Message) -> _Told:
    return _Told(message.place, "" if ": 1 lỗi" in message.subject else "night-0")
