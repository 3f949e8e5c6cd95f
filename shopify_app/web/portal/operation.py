"""One call of the API, as the document tells it, and what calls have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shopify_app.web.portal.deed import KEY, KEY_TEXT
from shopify_app.web.portal.fields import Body, Day, Text

Json = dict[str, Any]
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "string", "pattern": r"^\d{1,18}$"}}
INDEX = {"name": "index", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
BODY = "requestBody"
"""What a link says to the next call's body, among its parameters here."""
READ_ERRORS, ACT_ERRORS = (401, 404, 429), (401, 404, 409, 413, 422, 429, 503)
LOOK_ERRORS = (401, 404, 413, 422, 429)
BACK = {"number": "$request.path.number"}
KEYED = {
    "name": KEY,
    "in": "header",
    "required": True,
    "description": "The caller's own name for this deed: the same one acts once and is answered alike.",
    "schema": KEY_TEXT.schema,
}

Link = tuple[str, Json]


@dataclass(frozen=True)
class Operation:
    """One call. `answer` and `body` name schemas; `links`: which calls its answer leads to, and with what."""

    name: str
    method: str
    path: str
    summary: str
    answer: str
    parameters: tuple[Json, ...] = ()
    errors: tuple[int, ...] = READ_ERRORS
    links: tuple[Link, ...] = ()
    body: str = "Wish"
    has_to_say: bool = False


def chosen(place: int, body: Body) -> list[Json]:
    """Return bodies of the deed at a place of the options: with the first, and with the second of its listed values.

    One of them may be had already. A day that is needed is the earliest there is.
    """
    listed = [
        (name, f"$response.body#/actions/{place}/inputs/{n}/values")
        for n, (name, field) in enumerate(body.fields.items())
        if isinstance(field, Text) and field.is_listed
    ]
    days = {
        name: f"$response.body#/actions/{place}/inputs/{n}/earliest"
        for n, (name, field) in enumerate(body.fields.items())
        if isinstance(field, Day) and field.needed
    }
    chosen_values = range(2 if listed else 1)
    return [days | {name: f"{values}/{choice}/value" for name, values in listed} for choice in chosen_values]
