"""The part of an inventory that belongs to some of its units."""

from collections.abc import Collection

import msgspec

from netaudit.model.inventory import Inventory
from netaudit.rules.covering import covering_zone

__all__ = ["of_units"]


def of_units(inventory: Inventory, units: Collection[str]) -> Inventory:
    """Return the inventory with only what serves `units`, ids of units; the whole of it when there are none.

    Their services (whose `units` are resolved to ids), the zones that hold the hosts of these, and the data centres
    that they own, the resolvers that they own or use. Registers belong to the province as a whole, so to none of its
    units.
    """
    if not units:
        return inventory
    services = tuple(service for service in inventory.services if not set(units).isdisjoint(service.units))
    zones = {covering_zone(service.host, inventory.zones) for service in services}
    return msgspec.structs.replace(
        inventory,
        services=services,
        zones=tuple(zone for zone in inventory.zones if zone in zones),
        datacentres=tuple(centre for centre in inventory.datacentres if centre.owner in units),
        registers=(),
        resolvers=tuple(r for r in inventory.resolvers if r.owner in units or not set(units).isdisjoint(r.units)),
    )
