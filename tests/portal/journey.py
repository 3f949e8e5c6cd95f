"""What walks have seen of a served document, what it promises beyond that, and what was wrong on the way."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from typing import Any

import requests
import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

Pair = tuple[str, int]


class Journey:
    """`seen` counts answers by operation and status, `breaches` tells which were not as the document says."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components = deepcopy(document["components"])
        self.names: dict[str, str] = {}
        """Names of operations by what Schemathesis calls them."""
        self.promised: dict[str, set[int]] = {}
        self.links: dict[str, set[str]] = {}
        self.bodies: dict[str, str] = {}
        self.deeds: set[str] = set()
        self.seen: Counter[Pair] = Counter()
        self.breaches: list[str] = []
        self.guarded: set[str] = set()
        self.session = requests.Session()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                self._add(f"{method.upper()} {path}", operation)

    def _add(self, label: str, operation: dict[str, Any]) -> None:
        self.names[label] = name = operation["operationId"]
        self.promised[name] = set(map(int, operation["responses"]))
        answers = operation["responses"].values()
        self.links[name] = {link["operationId"] for each in answers for link in each.get("links", {}).values()}
        if name.startswith(("do", "make", "undo")):
            self.deeds.add(name)
        if "requestBody" in operation:
            self.bodies[name] = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]

    def missing(self, name: str) -> list[int]:
        """Return the statuses that an operation promises and has not shown."""
        return sorted(status for status in self.promised[name] if not self.seen[name, status])

    def all_missing(self) -> list[Pair]:
        return [(name, status) for name in self.promised for status in self.missing(name)]

    def schema(self, name: str) -> dict[str, Any] | None:
        """Return the schema of an operation's body with the document's components, None when it takes none."""
        if name not in self.bodies:
            return None
        own = self.components["schemas"][self.bodies[name].rsplit("/", 1)[1]]
        return {**own, "components": self.components}

    def judge(self, case: Any, response: Any, wanted: int, **recorder: Any) -> None:
        """Keep what Schemathesis finds wrong with an answer, and whether a call took what its schema forbids."""
        name = self.names[case.operation.label]
        self.seen[name, response.status_code] += 1
        # the data are judged by `_is_valid`: a link's values may mend what was made wrong on purpose
        excluded = [checks.positive_data_acceptance, checks.negative_data_rejection]
        if name in self.guarded or wanted != 200:
            excluded.append(checks.ignored_auth)
        if response.status_code == 503:  # one that is not promised is another check's finding
            excluded.append(schemathesis.checks.not_a_server_error)
        sent = {"Authorization": response.request.headers.get("Authorization", "")}
        try:
            case.validate_response(response, headers=sent, excluded_checks=excluded, **recorder)
        except FailureGroup as group:
            self.breaches += [f"{name} ({wanted}): {each}" for each in group.exceptions]
        if response.status_code == 200:
            self.guarded.add(name)
            if not self._is_valid(name, response.request.body):
                self.breaches.append(f"{name}: took what its schema forbids: {response.request.body!r}")

    def _is_valid(self, name: str, body: bytes | str | None) -> bool:
        schema = self.schema(name)
        if schema is None or not body:
            return not (schema or {}).get("required")
        return bool(Draft202012Validator(schema).is_valid(json.loads(body)))
