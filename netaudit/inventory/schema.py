"""The inventory's shape as JSON Schema, for editors that complete and check YAML."""

from typing import Any

import msgspec

from netaudit.model.inventory import Inventory

__all__ = ["inventory_schema"]


def inventory_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of inventory.yaml. Times may also be written without seconds in the file."""
    schema = msgspec.json.schema(Inventory)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:netaudit:inventory:1",
        "title": "netaudit inventory",
        **schema,
    }
