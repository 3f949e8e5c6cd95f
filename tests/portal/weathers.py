"""What goes on around a call of the shopper's API, so that it is answered with each status that it promises.

Somebody is signed out, too hasty, or after another's subscription, in a shop with strict rules, while Shopify is
away. Operations that are added later meet all of it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from shopify_app import MAX_BODY
from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import SWITCHES, Rules
from shopify_app.web.portal import guard
from shopify_app.web.portal.deed import KEY
from tests.portal.journey import Journey
from tests.portal.shopper import Shopper

TYPED = {
    "last_name": "Marsh",
    "address1": "1 Oak Street",
    "city": "Portland",
    "country_code": "US",
    "province_code": "OR",
    "zip": "97201",
    "code": "SAVE10",
    "quantity": 2,
    "text": "Please ring twice",
    "preference": "skip",
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


_AROUND: Mapping[int, Callable[[Shopper], AbstractContextManager[Any]]] = {
    409: _strict,
    429: lambda shopper: patch.object(guard, "REQUESTS", 0),
    503: _away,
}


def ask(journey: Journey, case: Any, wanted: int, shopper: Shopper, token: str, linked: Mapping[str, Any]) -> Any:
    """Ask in the weather for an answer with the status wanted. `linked`: what the link says of the body."""
    schema = journey.schema(journey.names[case.operation.label])
    # what a page ends with is said by answers; one made up leads to an empty page, from which no link leads on
    case.query = {name: value for name, value in (case.query or {}).items() if name != "after"}
    if wanted == 422:
        _spoil(case, schema)
    elif wanted == 413:
        case.body, case.media_type = {"text": "x" * MAX_BODY}, "application/json"
    else:
        _mend(case, schema, f"walk-{journey.seen.total():08}", linked)
    if wanted == 404:
        case.path_parameters = {**case.path_parameters, "number": str(shopper.foreign)}
    headers = {} if wanted == 401 else {"Authorization": f"Bearer {token}"}
    with _AROUND.get(wanted, lambda shopper: nullcontext())(shopper):
        return case.call(headers=headers, session=journey.session)


def _mend(case: Any, schema: dict[str, Any] | None, key: str, linked: Mapping[str, Any]) -> None:
    """Let a case hold what is needed and no more, said by the link, by TYPED, or made up."""
    if any(each.name == KEY for each in case.operation.headers):
        case.headers = {**(case.headers or {}), KEY: key}
    if schema and "anyOf" not in schema:
        made_up = case.body if isinstance(case.body, dict) else {}
        needed = {name: value for name, value in made_up.items() if name in schema["required"]}
        typed = {name: value for name, value in TYPED.items() if name in schema["properties"]}
        case.body, case.media_type = needed | typed | linked, "application/json"


def _spoil(case: Any, schema: dict[str, Any] | None) -> None:
    """Let a case hold something that the document does not name."""
    if schema:
        case.body = (case.body if isinstance(case.body, dict) else {}) | {"surprise": "!"}
        case.media_type = "application/json"
    else:
        case.query = {**case.query, "after": "!"}
