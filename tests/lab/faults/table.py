"""The table: every fault of services that is planted with real daemons, and what must be found of it."""

from types import ModuleType

from tests.lab.faults import addresses, alone, certificates, mail, parity, reach, services
from tests.lab.faults.plants import Plant

__all__ = ["FAULTS", "MODULES", "PLANTS"]

MODULES: tuple[ModuleType, ...] = (reach, addresses, parity, certificates, alone, mail, services)
PLANTS: tuple[Plant, ...] = tuple(plant for module in MODULES for plant in module.PLANTS)
FAULTS: tuple[Plant, ...] = tuple(plant for plant in PLANTS if plant.finds)
"""The others look like faults and are none, or can't be told: nothing may be held against them."""
