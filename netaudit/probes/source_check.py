"""Asking one live source for little, to see that it answers and that its answers are understood."""

import ipaddress

from msgspec.structs import replace

from netaudit.model.common import Text
from netaudit.model.inventory import DataCentre, Inventory, Source, SourceKind
from netaudit.model.routing import RoutingFact
from netaudit.probes.origins import origins_from
from netaudit.probes.sources import SourceProbe
from netaudit.sources.library import Library

__all__ = ["PUBLIC_SOURCES", "asked_about", "check_source"]

PUBLIC_SOURCES = (
    Source(kind=SourceKind.RIPESTAT, url="https://stat.ripe.net"),
    Source(kind=SourceKind.RIS_WHOIS, host="riswhois.ripe.net"),
    Source(kind=SourceKind.RDAP),
    Source(kind=SourceKind.IRR, host="whois.radb.net"),
    Source(kind=SourceKind.IRR, host="whois.apnic.net"),
    Source(kind=SourceKind.VRPS, url="https://console.rpki-client.org/rpki.json"),
    Source(kind=SourceKind.DELEGATED, url="https://ftp.apnic.net/stats/apnic/delegated-apnic-extended-latest"),
)
"""Public services that anybody may ask."""

_EXAMPLE = DataCentre(  # resources that every one of them should know: APNIC's own
    id="example",
    name=Text(vi="APNIC", en="APNIC"),
    asns=(4608,),
    prefixes=("203.119.0.0/24",),
)


def asked_about(inventory: Inventory) -> DataCentre:
    """What sources are asked about: one prefix and one AS of the inventory's first data centre, else APNIC's own."""
    for centre in inventory.datacentres:
        if centre.prefixes:
            return replace(centre, prefixes=centre.prefixes[:1], asns=centre.asns[:1])
    return _EXAMPLE


async def check_source(library: Library, source: Source, centre: DataCentre) -> tuple[RoutingFact, ...]:
    """Ask a source as a scan would, about little. Returns the facts, those with failures too."""
    probe = SourceProbe(library, source, centre)
    await probe.run()
    first = ipaddress.ip_network(centre.prefixes[0])
    address = str(first[1] if first.num_addresses > 1 else first[0])
    origins = await origins_from(library, source, (address,))
    return (*probe.about_datacentre(None), *((origins,) if origins is not None else ()))
