"""A walk along the links of the served document: list, preview, act, undo, read, in every weather that can come.

Schemathesis walks. Each call is made first in every weather whose status its operation promises and has not shown
yet: by somebody signed out, too hasty, or after another's subscription, in a shop with strict rules, while Shopify is
away. So operations that are added later meet all of it, too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

import hypothesis
import requests
import schemathesis
from hypothesis.control import BuildContext
from hypothesis.errors import StopTest, UnsatisfiedAssumption
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.stateful import get_state_machine_test
from hypothesis.strategies import DataObject
from jsonschema import Draft202012Validator
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from shopify_app import MAX_BODY
from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import SWITCHES, Rules
from shopify_app.web.portal import guard
from shopify_app.web.portal.deed import KEY
from tests.portal.shopper import Shopper

Pair = tuple[str, int]
TRIES = 4
"""How often a weather is tried on an operation in one walk."""
TYPED = {
    "last_name": "Marsh",
    "address1": "1 Oak Street",
    "city": "Portland",
    "country_code": "US",
    "province_code": "OR",
    "zip": "97201",
    "code": "SAVE10",
    "quantity": 2,
}
"""What a person knows to write and no schema can tell."""


@contextmanager
def _strict(shopper: Shopper) -> Iterator[None]:
    _rule(shopper, Rules(closed=frozenset(SWITCHES)))
    try:
        yield
    finally:
        _rule(shopper, Rules())


def _rule(shopper: Shopper, rules: Rules) -> None:
    with shopper.story.ctx.db.session() as session:
        store.change(session, shopper.story.shop.id, "", rules, "merchant:1", shopper.story.now)


@contextmanager
def _away(shopper: Shopper) -> Iterator[None]:
    faults = shopper.story.world.faults
    faults.set({"graphql": {"*": {"status": 403, "times": 99}}})
    try:
        yield
    finally:
        faults.clear("graphql")


WEATHERS: Mapping[int, Callable[[Shopper], AbstractContextManager[Any]]] = {
    401: lambda shopper: nullcontext(),  # the token is left at home
    404: lambda shopper: nullcontext(),  # the subscription is somebody else's
    409: _strict,
    413: lambda shopper: nullcontext(),  # the body is too large
    429: lambda shopper: patch.object(guard, "REQUESTS", 0),
    503: _away,
}
"""What goes on around a call that is to be answered with a status. 200 and 422 come of what is asked alone."""


@dataclass
class Journey:
    """What all walks together have seen of a document, and the checks that failed on the way."""

    document: dict[str, Any]
    seen: Counter[Pair] = field(default_factory=Counter)
    tried: Counter[Pair] = field(default_factory=Counter)
    guarded: set[str] = field(default_factory=set)
    breaches: list[str] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, method and operation."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    @property
    def promised(self) -> set[Pair]:
        return {(each["operationId"], int(status)) for _, _, each in self.operations for status in each["responses"]}

    def missing(self, *names: str) -> list[Pair]:
        return sorted(pair for pair in self.promised - set(self.seen) if not names or pair[0] in names)

    def weathers(self, name: str) -> Iterator[int]:
        """Yield the statuses that calls of an operation are to provoke next, in the end success, or 0 for none."""
        for pair in self.missing(name):
            if pair[1] != 200 and self.tried[pair] < TRIES:
                self.tried[pair] += 1
                yield pair[1]
        self.tried[name, 200] += 1
        yield 200 if (name, 200) not in self.seen else 0

    def schema(self, name: str) -> dict[str, Any] | None:
        """Return the schema of an operation's body with the document's components, None when it takes none."""
        (taken,) = [each.get("requestBody") for _, _, each in self.operations if each["operationId"] == name]
        if taken is None:
            return None
        ref = taken["content"]["application/json"]["schema"]["$ref"]
        components = self.document["components"]
        return {**components["schemas"][ref.rsplit("/", 1)[1]], "components": components}


def _mend(case: Any, schema: dict[str, Any] | None, turn: int, linked: dict[str, str]) -> None:
    """Let a case hold what is needed and no more, said by the link, by TYPED, or drawn."""
    if any(each.name == KEY for each in case.operation.headers):
        case.headers = {**(case.headers or {}), KEY: f"walk-{turn:08}"}
    if schema and "anyOf" not in schema:
        drawn = case.body if isinstance(case.body, dict) else {}
        asked = {name: value for name, value in drawn.items() if name in schema["required"]}
        typed = {name: value for name, value in TYPED.items() if name in schema["properties"]}
        case.body, case.media_type = asked | typed | linked, "application/json"


def _spoil(case: Any, schema: dict[str, Any] | None) -> None:
    """Let a case hold something that the document does not name."""
    if schema:
        case.body = (case.body if isinstance(case.body, dict) else {}) | {"surprise": "!"}
        case.media_type = "application/json"
    else:
        case.query = {**case.query, "after": "!"}


def walk(machine: Any, journey: Journey, shopper: Shopper, seed: int, steps: int) -> None:
    """Walk once as a shopper, as the seed has it. Failed checks are kept in the journey.

    One example and no search: what the walks before did is still there, so none could be walked again, or shrunk.
    """
    token = shopper.token()

    # walks begin with the list, not with a deed for a number that is made up
    begin = type("Begin", (machine,), {name: None for name in machine.root_rules if "POST" in name})

    class Walk(begin):  # type: ignore[misc,valid-type]
        def step(self, input: Any) -> Any:
            found = input.transition and input.transition.request_body
            said = found.value.ok() if found and isinstance(found.value, Ok) else {}
            body = said if isinstance(said, dict) else {}
            self._linked = {name: value for name, value in body.items() if isinstance(value, str)}
            applied = {name for _, name in input.applied_parameters}
            # led by what an answer said, and not by a value that the answer did not have
            self._is_led = applied >= set(input.case.path_parameters or {}) and (not found or isinstance(said, dict))
            return super().step(input)

        def call(self, case: Any, **kwargs: Any) -> Any:
            """Ask the same in each weather, and then in earnest; what no link led to is asked as it was made up."""
            *before, self._weather = journey.weathers(_name(case)) if self._is_led else (0,)
            for wanted in before:
                asked = _twin(case)
                answer = _ask(journey, asked, wanted, shopper, token, self._linked)
                _judge(journey, asked, answer, wanted)
            return _ask(journey, case, self._weather, shopper, token, self._linked)

        def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
            _judge(journey, case, response, self._weather, recorder=self.recorder)

    settings = hypothesis.settings(stateful_step_count=steps, database=None)
    steps_of_one = get_state_machine_test(Walk, settings=settings, _min_steps=steps).hypothesis.inner_test
    data = ConjectureData(random=Random(seed))
    # whatever a link's answer makes impossible to ask ends the walk
    with BuildContext(data, wrapped_test=walk), suppress(StopTest, UnsatisfiedAssumption):
        steps_of_one(DataObject(data))


def _twin(case: Any) -> Any:
    """Return a shallow copy; `copy` sets slots one by one, which a case takes for changes of what it knows."""
    twin = object.__new__(type(case))
    for name in type(case).__slots__:
        object.__setattr__(twin, name, getattr(case, name))
    return twin


def _name(case: Any) -> str:
    return str(case.operation.definition.raw["operationId"])


def _ask(journey: Journey, case: Any, wanted: int, shopper: Shopper, token: str, linked: dict[str, str]) -> Any:
    name = _name(case)
    # what a page ends with is said by answers; one made up leads to an empty page, from which no link leads on
    case.query = {key: value for key, value in (case.query or {}).items() if key != "after"}
    if wanted in (200, 409, 413, 429, 503):
        _mend(case, journey.schema(name), sum(journey.seen.values()), linked)
    if wanted == 404:
        case.path_parameters = {**case.path_parameters, "number": str(shopper.foreign)}
    if wanted == 413:
        case.body, case.media_type = {"text": "x" * MAX_BODY}, "application/json"
    if wanted == 422:
        _spoil(case, journey.schema(name))
    headers = {} if wanted == 401 else {"Authorization": f"Bearer {token}"}
    with WEATHERS[wanted](shopper) if wanted in WEATHERS else nullcontext():
        answer = case.call(headers=headers, session=journey.session)
    journey.seen[name, answer.status_code] += 1
    return answer


def _judge(journey: Journey, case: Any, response: Any, wanted: int, **recorder: Any) -> None:
    """Keep what Schemathesis finds wrong with an answer, and whether it took what its schema forbids."""
    name = _name(case)
    # the data are judged by `_is_valid`: a link's values may mend what was made wrong on purpose
    excluded = [checks.positive_data_acceptance, checks.negative_data_rejection]
    if name in journey.guarded or wanted not in (0, 200):
        excluded.append(checks.ignored_auth)
    if wanted == response.status_code == 503:
        excluded.append(schemathesis.checks.not_a_server_error)
    sent = {"Authorization": response.request.headers.get("Authorization", "")}
    try:
        case.validate_response(response, headers=sent, excluded_checks=excluded, **recorder)
    except FailureGroup as group:
        journey.breaches += [f"{name} ({wanted}): {each}" for each in group.exceptions]
    if response.status_code == 200:
        journey.guarded.add(name)
        if not _is_valid(journey, name, response.request.body):
            journey.breaches.append(f"{name}: took what its schema forbids: {response.request.body!r}")


def _is_valid(journey: Journey, name: str, body: bytes | str | None) -> bool:
    schema = journey.schema(name)
    if schema is None or not body:
        return not (schema or {}).get("required")
    return bool(Draft202012Validator(schema).is_valid(json.loads(body)))
