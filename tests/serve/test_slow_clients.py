"""Who holds a connection without using it is shown the door, and keeps nobody else out."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from netaudit.serve import server

_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def _much() -> AsyncIterator[bytes]:
    for _ in range(1_000):
        yield b"x" * 65_536


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.2)
    monkeypatch.setattr(server, "_ANSWER_SECONDS", 0.4)
    app: ASGIApp = StreamingResponse(_much())
    config = uvicorn.Config(app, lifespan="off", log_level="critical", timeout_keep_alive=30)
    state = ServerState()
    listening = await asyncio.get_running_loop().create_server(
        lambda: server._Connection(config, state, {}), "127.0.0.1", 0
    )
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def _ended(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends within two seconds, whatever it says until then."""
    try:
        async with asyncio.timeout(2):
            while await reader.read(65_536):
                pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", _REQUEST[:-2]])
async def test_a_head_that_does_not_come_is_not_waited_for(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # noqa: TID251
    writer.write(said)
    assert await _ended(reader)
    writer.close()


async def test_an_answer_that_nobody_takes_is_given_up(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)  # noqa: TID251
    writer.write(_REQUEST)
    await asyncio.sleep(0.8)
    assert await _ended(reader)
    writer.close()


async def test_an_answer_that_is_read_comes_whole(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # noqa: TID251
    writer.write(_REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert len(await reader.read(-1)) > 65_536_000
    writer.close()
