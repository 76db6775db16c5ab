"""How a night of the script is carried out: the command that a timer runs, at the clock of that night."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from netaudit.lab.world import Signing, Website
from tests.fortnight.script import CHECKS, Night, moment
from tests.lab_python.client import small_world
from tests.store.history.postgresql import PostgreSQL

__all__ = ["Province"]

_SECRET = "secret of the fortnight"
_INVENTORY = """\
schema: 1
network: lab
world: world.yaml
province: {id: tinh, name: {vi: Tỉnh Thử, en: Province of the test}}
tiers: [{id: province, name: {vi: Cấp tỉnh, en: Province}, expected: 1}]
units: [{id: ubnd, tier: province, name: {vi: UBND tỉnh, en: People's Committee}}]
services:
- {id: portal, kind: portal, host: www.tinh.vn, units: [ubnd]}
- {id: mail, kind: mail, host: tinh.vn, scheme: mail, units: [ubnd]}
zones: [tinh.vn]
scope: {special_addresses: [192.0.2.0/24, "2001:db8::/32"]}
"""
_NOTIFY = """\
schema: 1
smtp: {{host: localhost, port: {mail}, sender: netaudit@tinh.vn, roots: [roots.pem]}}
webhooks: {{duty: {{url: 'http://127.0.0.1:{hook}/', secret: {{environment: NETAUDIT_HOOK}}}}}}
routes:
- {{name: duty, webhook: duty, severity: low, include_names: true}}
- {{name: unit, to: [cntt@tinh.vn], units: [ubnd], severity: low}}
"""


@dataclass(frozen=True)
class Province:
    """A folder with what a nightly scan needs, and the clock it runs by."""

    folder: Path
    history: str

    def prepare(self, mail: int, hook: int) -> None:
        """Write the inventory and who is told, by ports of receivers on loopback."""
        (self.folder / "inventory.yaml").write_text(_INVENTORY, encoding="utf-8")
        (self.folder / "notify.yaml").write_text(_NOTIFY.format(mail=mail, hook=hook), encoding="utf-8")

    def scan(self, number: int, night: Night, server: PostgreSQL) -> list["subprocess.CompletedProcess[str]"]:
        """Scan as the timer does; what was started, in order. A scan that is killed is started again an hour later."""
        site = Website(machine="web", hosts=("www.tinh.vn",), title="Cổng")
        world = small_world(*night.faults, signing=Signing(days=night.signed_for), websites=(site,))
        (self.folder / "world.yaml").write_bytes(msgspec.yaml.encode(msgspec.to_builtins(world)))
        families = ("--no-ipv6",) if night.blind else ()
        if night.killed:
            self._killed(moment(number), families)
            return [self._ended(self._started(moment(number) + timedelta(hours=1), families))]
        process = self._started(moment(number), families)
        if night.database_falls:
            self._wait_for_facts(moment(number), process)
            server.stop(signal.SIGQUIT)
            time.sleep(5)  # longer than the scan: its end finds no database
            server.start()
        return [self._ended(process)]

    def run(self, *arguments: str, number: int) -> "subprocess.CompletedProcess[str]":
        """Another command, at noon of the day after a night."""
        return self._ended(self._process(moment(number) + timedelta(hours=10), *arguments))

    def _started(self, at: datetime, families: tuple[str, ...]) -> "subprocess.Popen[str]":
        checks = [word for check in CHECKS for word in ("--check", check)]
        return self._process(
            at, "scan", "--runs", "runs", "--keep", "5", "--resume-within", "6h", "--history", self.history,
            "--notify", "notify.yaml", "--fail-on", "low", "-f", "html,prom", "--profile", "vn-base", "-q",
            *checks, *families,
        )  # fmt: skip

    def _process(self, at: datetime, *arguments: str) -> "subprocess.Popen[str]":
        clock = ["faketime", "-f", f"@{at:%Y-%m-%d %H:%M:%S}"]
        own = {"NETAUDIT_HOOK": _SECRET, "PYTHONPATH": str(Path(__file__).parents[2]), "TZ": "UTC"}
        command = [*clock, sys.executable, "-m", "netaudit", *arguments, "--lang", "en"]
        return subprocess.Popen(
            command, cwd=self.folder, env={**os.environ, **own}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def _killed(self, at: datetime, families: tuple[str, ...]) -> None:
        process = self._started(at, families)
        self._wait_for_facts(at, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)

    def _wait_for_facts(self, at: datetime, process: "subprocess.Popen[str]") -> None:
        end = time.monotonic() + 30
        while not any(file.stat().st_size for file in (self.folder / "runs").glob(f"{at:%Y%m%d}*/facts.jsonl.zst")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "the scan does not begin"
            time.sleep(0.02)

    @staticmethod
    def _ended(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)
