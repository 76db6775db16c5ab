"""All attacks: importing their modules registers them, in the order of the page."""

from tests.hostile import denial, resolution, signatures, wire
from tests.hostile.attack import ATTACKS

__all__ = ["ATTACKS", "KINDS"]

MODULES = (signatures, denial, resolution, wire)
KINDS = (
    signatures.KEYTRAP, denial.FLOOD, resolution.NXNS, resolution.CYCLES, resolution.CHAINS, wire.ALIASES,
    wire.COMPRESSION, wire.OPTIONS, wire.MALFORMED, denial.TOO_MUCH, signatures.KEYS_KIND, signatures.DATES, wire.ODD,
    resolution.SERVERS,
)  # fmt: skip
