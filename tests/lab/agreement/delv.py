"""BIND's own validator as a tool: `delv` fetches through a resolver, with CD, and judges by itself."""

import asyncio
import re
import tempfile
from pathlib import Path

from netaudit.dns.anchors import parse_anchors
from tests.lab.agreement.seen import Found, Seen
from tests.lab.daemons import find_program

__all__ = ["validated_by_delv"]

_AT_ONCE = 8  # processes
_SECONDS = 30.0
_JUDGED = re.compile(r"^; (?:negative response, )?(fully validated|unsigned answer)$", re.MULTILINE)


async def validated_by_delv(address: str, anchors: tuple[str, ...], fetched: Found) -> Found:
    """What `delv` makes of the questions when it fetches from the resolver at `address`, whose own views are `fetched`.

    What it can't validate is bogus where that resolver has an answer at all, with CD.
    """
    places = asyncio.Semaphore(_AT_ONCE)
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "anchors"
        keys.write_text(_anchors(anchors))
        seen = await asyncio.gather(*(_seen(places, address, keys, *asked, view) for asked, view in fetched.items()))
    return dict(zip(fetched, seen, strict=True))


async def _seen(places: asyncio.Semaphore, address: str, keys: Path, name: str, rdtype: str, fetched: Seen) -> Seen:
    async with places:
        said = await _said(address, "-a", str(keys), "-t", rdtype, name)
    judged = set(_JUDGED.findall(said))
    if judged:
        return Seen(status="insecure" if "unsigned answer" in judged else "secure")
    return Seen(status="indeterminate" if fetched.status == "indeterminate" else "bogus")


async def _said(address: str, *options: str) -> str:
    process = await asyncio.create_subprocess_exec(
        find_program("delv") or "delv", f"@{address}", "-4", *options,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return said.decode("utf-8", "replace")


def _anchors(lines: tuple[str, ...]) -> str:
    listed = [
        f'{name} static-ds {ds.key_tag} {int(ds.algorithm)} {int(ds.digest_type)} "{ds.digest.hex().upper()}";'
        for name, records in parse_anchors(lines).items()
        for ds in records
    ]
    return f"trust-anchors {{ {' '.join(listed)} }};\n"
