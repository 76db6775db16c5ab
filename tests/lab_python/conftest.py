"""The small world, served for each test."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from netaudit.lab.run import running_lab
from netaudit.lab.world import Fault, Signing, Website
from netaudit.lab.worldfile import world_problems
from tests.lab_python.client import Client, small_world

Serve = Callable[..., AbstractAsyncContextManager[Client]]


def pytest_collection_finish() -> None:
    """Undo what importing mrtparse does: with SIGPIPE at its default, writing to a closed socket ends the process."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


@pytest.fixture
def serve() -> Serve:
    """Serve the small world with faults; yields a client."""

    @asynccontextmanager
    async def served(*faults: Fault, signing: Signing | None = Signing()) -> AsyncIterator[Client]:  # noqa: B008
        world = small_world(*faults, signing=signing)
        assert world_problems(world) == []
        async with running_lab(world) as lab:
            yield Client(lab)

    return served


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    """A client of the small world without faults."""
    async with serve() as served:
        yield served


@pytest.fixture
def serve_one_site() -> Serve:
    """Serve a small world whose web machine has one host only, for faults of a whole machine."""

    @asynccontextmanager
    async def served(*faults: Fault) -> AsyncIterator[Client]:
        site = Website(machine="web", hosts=("www.tinh.vn",), title="Một trang")
        world = small_world(*faults, websites=(site,))
        assert world_problems(world) == []
        async with running_lab(world) as lab:
            yield Client(lab)

    return served
