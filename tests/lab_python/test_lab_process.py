"""The lab in a child process: it tells where it listens, serves, and ends when its parent goes."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from netaudit.lab.process import LabError, lab_process
from netaudit.lab.run import RunningLab
from netaudit.lab.world import Fault
from tests.lab_python.client import Client, small_world


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(small_world()))
    return path


async def test_a_child_serves_the_world_at_the_time_it_is_told(world_file: Path) -> None:
    async with lab_process(world_file, now=1_790_000_000.0) as lab:
        client = Client(lab)
        answer = await client.ask("tinh.vn", "SOA")
        assert answer.answer[1][0].inception == 1_790_000_000 - 86_400
        assert lab.hints == {"a.root-lab": ("192.0.2.1", "2001:db8::1")}
        assert len(lab.trust_anchors) == 1
        assert lab.roots[0].startswith("-----BEGIN CERTIFICATE-----")


async def test_the_settings_of_the_world_reach_the_client(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(small_world(delay_ms=12.5, loss=0.25)))
    async with lab_process(path) as lab:
        assert (lab.map.delay_ms, lab.map.loss) == (12.5, 0.25)


async def test_a_world_that_is_wrong_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(small_world(Fault(id="x", kind="no_ds", zone="nope.vn"))))
    with pytest.raises(LabError, match="exit code 2"):
        async with lab_process(path):
            pass
    assert "fault x: no_ds: there is no zone nope.vn" in capfd.readouterr().err


@pytest.mark.parametrize("way", ["stdin", "SIGTERM"])
def test_the_child_ends_with_its_parent(world_file: Path, way: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "netaudit.lab", str(world_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        msgspec.json.decode(child.stdout.readline(), type=RunningLab)
        if way == "stdin":
            child.stdin.close()
        else:
            child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0


async def test_it_works_with_few_file_descriptors(world_file: Path) -> None:
    command = f'ulimit -n 256; exec "{sys.executable}" -m netaudit.lab "{world_file}"'
    child = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert child.stdin is not None
    assert child.stdout is not None
    lab = msgspec.json.decode(await child.stdout.readline(), type=RunningLab)
    client = Client(lab)
    tls = client.trusting()
    pages = await asyncio.gather(*(client.get("www.tinh.vn", tls=tls) for _ in range(100)))
    assert all(page.startswith("HTTP/1.1 200 ") for page in pages)
    child.stdin.close()
    await child.stdin.wait_closed()
    assert await asyncio.wait_for(child.wait(), 10) == 0
