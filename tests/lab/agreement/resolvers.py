"""Real validating resolvers: Unbound, BIND and Knot Resolver, with the roots and the trust anchor of the test."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.lab.agreement.keys import Ds
from tests.lab.agreement.places import RESOLVERS, ROOT
from tests.lab.daemons import Command, find_program

__all__ = ["PROGRAMS", "version"]


def _unbound(folder: Path, address: str, anchor: Ds) -> Command:
    hints = _hints(folder)
    return ["unbound", "-d", "-c", _write(folder / "unbound.conf", f"""
server:
  interface: {address}
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  root-hints: "{hints}"
  trust-anchor: ". DS {anchor.to_text()}"
  module-config: "validator iterator"
  do-ip6: no
  ede: yes
  aggressive-nsec: no
  val-bogus-ttl: 1
remote-control:
  control-enable: no
""")]  # fmt: skip


def _named(folder: Path, address: str, anchor: Ds) -> Command:
    digest = anchor.digest.hex().upper()
    return ["named", "-4", "-g", "-n", "1", "-c", _write(folder / "named.conf", f"""
options {{
  directory "{folder}";
  pid-file none;
  session-keyfile none;
  listen-on {{ {address}; }};
  recursion yes;
  allow-recursion {{ any; }};
  allow-query {{ any; }};
  dnssec-validation yes;
  empty-zones-enable no;
  servfail-ttl 0;
  synth-from-dnssec no;
}};
controls {{ }};
zone "." {{ type hint; file "{_hints(folder)}"; }};
trust-anchors {{ . static-ds {anchor.key_tag} {anchor.algorithm} {anchor.digest_type} "{digest}"; }};
""")]  # fmt: skip


def _kresd(folder: Path, address: str, anchor: Ds) -> Command:
    return ["kresd", "-n", "-c", _write(folder / "kresd.lua", f"""
log_target('stderr')
net.ipv6 = false
net.listen('{address}', 53)
cache.open(20 * MB, 'lmdb://{folder}/cache')
modules = {{ 'hints > iterate' }}
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
modules.unload('priming')
hints.root({{ ['ns.'] = {{ '{ROOT}' }} }})
trust_anchors.remove('.')
trust_anchors.add('. IN DS {anchor.to_text()}')
"""), str(folder)]  # fmt: skip


PROGRAMS: dict[str, Callable[[Path, str, Ds], Command]] = dict(zip(RESOLVERS, (_unbound, _named, _kresd), strict=True))

_VERSIONS = {"Unbound": ["unbound", "-V"], "BIND": ["named", "-v"], "Knot Resolver": ["kresd", "--version"]}


def version(resolver: str) -> str:
    """The version of a resolver, as it prints it."""
    program, option = _VERSIONS[resolver]
    printed = subprocess.run([find_program(program) or program, option], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+\.\d+", printed.stdout + printed.stderr)
    return found[0] if found else "?"


def _hints(folder: Path) -> Path:
    path = folder / "hints"
    path.write_text(f". 3600 NS ns.\nns. 3600 A {ROOT}\n")
    return path


def _write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)
