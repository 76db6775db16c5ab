"""The description of the JSON interface, OpenAPI 3.1, made from the structures that it sends."""

from typing import Any

import msgspec

from netaudit import __version__
from netaudit.serve.api import OPERATIONS, Operation
from netaudit.serve.problems import PROBLEM_TYPE, Problem

__all__ = ["description"]

_REFUSALS = {
    "400": "The query is not as described.",
    "404": "There is no such run.",
    "405": "Everything here is to be read only.",
    "413": "The request has a body.",
    "414": "The address is too long.",
    "421": "The Host field names another server.",
    "503": "The history can't be read now.",
}
_UNCHANGED = {"description": "What was asked for is as the If-None-Match field has it."}


def description(*, token: bool) -> dict[str, Any]:
    """The document. `token`: whether callers must show one."""
    kinds = [*(operation.returns for operation in OPERATIONS), Problem]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    paths = {operation.path: {"get": _operation(operation, token)} for operation in OPERATIONS}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "netaudit",
            "version": __version__,
            "summary": "Runs of netaudit, to read only",
            "license": {"name": "GPL-2.0-or-later", "identifier": "GPL-2.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "paths": {**paths, "/metrics": {"get": _metrics(token)}},
        "components": {"schemas": schemas, "responses": _responses(token)},
    }
    if token:
        schemes = {kind: {"type": "http", "scheme": kind} for kind in ("bearer", "basic")}
        document["components"]["securitySchemes"] = schemes
        document["security"] = [{kind: []} for kind in schemes]
    return document


def _operation(operation: Operation, token: bool) -> dict[str, Any]:
    codes = {"400", "405", "413", "414", "421", "503"} | ({"404"} if operation.of_a_run else set())
    answer = {
        "description": operation.summary,
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{operation.returns.__name__}"}}},
    }
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": {"200": answer, "304": _UNCHANGED, **_refused(codes, token)},
    }


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    if not operation.of_a_run:
        return []
    schema = {"type": "string", "minLength": 1}
    return [{"name": "run", "in": "path", "required": True, "schema": schema, "description": "The id of a run."}]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    """Parameters from the schema of the query's structure; what it refers to is written out."""
    _, schemas = msgspec.json.schema_components([operation.query], ref_template="{name}")
    own = schemas.pop(operation.query.__name__)
    found = []
    for name, schema in own.get("properties", {}).items():
        parameter: dict[str, Any] = {
            "name": name,
            "in": "query",
            "required": False,
            "schema": _inlined(schema, schemas),
        }
        text = parameter["schema"].pop("description", "")
        found.append({**parameter, "description": text} if text else parameter)
    return found


def _inlined(schema: Any, schemas: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, schemas) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {**_inlined(schemas[schema["$ref"]], schemas), **{k: v for k, v in schema.items() if k != "$ref"}}
    return {name: _inlined(part, schemas) for name, part in schema.items()}


def _metrics(token: bool) -> dict[str, Any]:
    text = {"text/plain": {"schema": {"type": "string"}}}
    answer = {"description": "The newest run of each province, in the text format of Prometheus.", "content": text}
    return {
        "operationId": "getMetrics",
        "summary": "Metrics",
        "responses": {"200": answer, "304": _UNCHANGED, **_refused({"405", "413", "414", "421", "503"}, token)},
    }


def _refused(codes: set[str], token: bool) -> dict[str, Any]:
    wanted = codes | ({"401"} if token else set())
    return {code: {"$ref": f"#/components/responses/problem{code}"} for code in sorted(wanted)}


def _responses(token: bool) -> dict[str, Any]:
    told = {**_REFUSALS, **({"401": "A token is needed."} if token else {})}
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {f"problem{code}": {"description": text, "content": content} for code, text in told.items()}
