"""Algorithms that validators know, no longer know, and never knew."""

import os

from tests.lab.agreement.keys import SEP, ZONE, make_key
from tests.lab.agreement.planted import register
from tests.lab.agreement.zone import NSEC3, Zone


def _with_algorithm(number: int, bits: int = 2048) -> None:
    def build(zone: Zone) -> None:
        zone.ksk, zone.zsk = make_key(number, ZONE | SEP, bits=bits), make_key(number, bits=bits)
        zone.sign(NSEC3 if number in (6, 7) else None)

    size = f"-{bits}" if bits != 2048 else ""
    name = {16: "ed448", 1: "rsamd5", 3: "dsa"}.get(number, f"algorithm-{number}{size}")
    meant = "insecure" if number in (1, 3, 6) else "secure"
    what = f"Nothing: algorithm {number}" + (f" with keys of {bits} bits" if size else "")
    register(name, f"{what}.", build, f"www A: {meant}", f"nope A: {meant}")


for _number in (1, 3, 5, 6, 7, 8, 10, 13, 14, 15, 16):
    _with_algorithm(_number)
_with_algorithm(8, 1024)
_with_algorithm(8, 4096)


def _foreign(number: int, what: str) -> None:
    """A zone whose keys and signatures nobody here can verify."""

    def build(zone: Zone) -> None:
        shown = [key.published(algorithm=number, key=os.urandom(64)) for key in (zone.ksk, zone.zsk)]
        zone.sign(keys=shown)
        for owner, rdtype in list(zone.signatures):
            tag = shown[0 if rdtype.name == "DNSKEY" else 1].tag
            zone.edit(owner.to_text(), rdtype.name, algorithm=number, key_tag=tag)
        zone.ds = [shown[0].ds(zone.name)]

    register(f"algorithm-{number}", f"Signed with {what}.", build, "www A: insecure", "nope A: insecure")


_foreign(12, "GOST R 34.10-2001, withdrawn by RFC 9906")
_foreign(23, "GOST R 34.10-2012")
_foreign(100, "an unassigned algorithm")
_foreign(253, "a private algorithm")
