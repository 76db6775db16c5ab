"""Reads, checks and begins inventories; keeps line numbers for every error."""

from netaudit.inventory.loader import LoadedInventory, load, load_bytes
from netaudit.inventory.problems import InventoryError, Problem
from netaudit.inventory.schema import inventory_schema

__all__ = ["InventoryError", "LoadedInventory", "Problem", "inventory_schema", "load", "load_bytes"]
