"""Politeness: a rate and a number at once for each server, a number of sockets in all, whatever happens to a turn."""

import asyncio
import time

import pytest

from netaudit.model.inventory import RateLimits
from netaudit.net.limits import Limits, Pacer


def pacer(*, rate: float = 10_000, at_once: int = 100, sockets: int = 100) -> Pacer:
    return Pacer(
        Limits(sockets=sockets, per_server=RateLimits(per_server_per_second=rate, per_server_concurrent=at_once))
    )


class Crowd:
    """Counts who is in at once."""

    def __init__(self, pacer: Pacer) -> None:
        self.pacer = pacer
        self.inside = self.most = 0

    async def visit(self, server: str, *, stay: float = 0.01) -> float:
        async with self.pacer.turn(server):
            came = time.monotonic()
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(stay)
            self.inside -= 1
            return came


async def test_a_server_is_asked_at_its_rate_and_others_meanwhile() -> None:
    crowd, began = Crowd(pacer(rate=50)), time.monotonic()
    *came, other = await asyncio.gather(*(crowd.visit("a") for _ in range(6)), crowd.visit("b"))
    assert all(moment - began >= turn * 0.02 for turn, moment in enumerate(sorted(came))), came
    assert other < max(came)


@pytest.mark.parametrize(("at_once", "sockets", "most"), [(3, 100, 3), (100, 4, 4), (2, 4, 2)])
async def test_so_many_at_once_and_no_more(at_once: int, sockets: int, most: int) -> None:
    crowd = Crowd(pacer(at_once=at_once, sockets=sockets))
    await asyncio.gather(*(crowd.visit("a") for _ in range(12)))
    assert crowd.most == most


async def test_who_gives_up_waiting_takes_no_place_along() -> None:
    crowd = Crowd(pacer(at_once=1, sockets=1, rate=1_000))
    holding = asyncio.create_task(crowd.visit("a", stay=0.1))
    await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(crowd.visit(server)) for server in ("a", "b", "a")]
    await asyncio.sleep(0.01)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await holding
    async with asyncio.timeout(1):
        await crowd.visit("a")
        await crowd.visit("b")
    assert crowd.most == 1


async def test_a_turn_that_ends_badly_is_over() -> None:
    polite = pacer(at_once=1, sockets=1)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            async with polite.turn("a"):
                raise ConnectionError
    async with asyncio.timeout(1), polite.turn("a"):
        pass
