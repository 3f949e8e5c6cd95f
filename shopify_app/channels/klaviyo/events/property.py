"""One property of an event: its name, what it says, an example, and the JSON Schema of its value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shopify_app.kit.db import Json

INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$"
ADDRESS = r"^https?://\S+$"
"""https wherever Perennial is served by https, which Shopify demands; the sandbox speaks http."""


@dataclass(frozen=True)
class Property:
    """A property. Its name is an API and never changes; `always` says that every such event carries it."""

    name: str
    says: str
    example: Any
    schema: Json
    always: bool = True

    def described(self) -> Json:
        """Return the JSON Schema of its value, with words and an example."""
        return {**self.schema, "description": self.says, "examples": [self.example]}


def text(name: str, says: str, example: str, *, always: bool = True) -> Property:
    """Words for a person, or an identifier: never empty, because Klaviyo ignores what is."""
    return Property(name, says, example, {"type": "string", "minLength": 1}, always)


def choice(name: str, says: str, example: str, among: Iterable[str], *, always: bool = True) -> Property:
    """One of a few fixed words, for filters; the same in every language."""
    return Property(name, says, example, {"type": "string", "enum": list(among)}, always)


def instant(name: str, says: str, example: str, *, always: bool = True) -> Property:
    """A moment in ISO 8601 with its offset."""
    return Property(name, says, example, {"type": "string", "format": "date-time", "pattern": INSTANT}, always)


def url(name: str, says: str, example: str, *, always: bool = False) -> Property:
    """An absolute address."""
    return Property(name, says, example, {"type": "string", "format": "uri", "pattern": ADDRESS}, always)


def number(name: str, says: str, example: float, *, always: bool = True) -> Property:
    """An amount for filters and sums."""
    return Property(name, says, example, {"type": "number"}, always)


def whole(name: str, says: str, example: int, *, always: bool = True) -> Property:
    """A whole number above zero: Klaviyo would ignore a zero."""
    return Property(name, says, example, {"type": "integer", "minimum": 1}, always)


def flag(name: str, says: str, example: bool, *, always: bool = True) -> Property:
    """True or false."""
    return Property(name, says, example, {"type": "boolean"}, always)


def texts(name: str, says: str, example: list[str], *, always: bool = True) -> Property:
    """Several texts; a filter can ask whether one is among them."""
    items = {"type": "string", "minLength": 1}
    return Property(name, says, example, {"type": "array", "minItems": 1, "items": items}, always)


def rows(name: str, says: str, each: Iterable[Property], *, always: bool = True) -> Property:
    """A list of things with properties of their own, for a loop in a template."""
    each = tuple(each)
    return Property(name, says, [example(each)], {"type": "array", "minItems": 1, "items": thing(each)}, always)


def thing(properties: Iterable[Property]) -> Json:
    """Return the JSON Schema of an object with these properties and no other."""
    properties = tuple(properties)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {one.name: one.described() for one in properties},
        "required": [one.name for one in properties if one.always],
    }


def example(properties: Iterable[Property], *, sparse: bool = False) -> Json:
    """Return an example value of each property; `sparse`: only of those that are always there."""
    return {one.name: one.example for one in properties if one.always or not sparse}
