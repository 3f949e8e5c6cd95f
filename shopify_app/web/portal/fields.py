"""What the body of a request may hold: each field is its part of the document and its check in one, so both agree.

`read` takes a parsed JSON value and returns it as the code wants it; ValueError says that it is wrong. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from shopify_app.web.portal.problems import Problem

Schema = dict[str, Any]
DAY: Schema = {"type": "string", "format": "date", "pattern": r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f]*$"


class Field(Protocol):
    """One value of a body. `needed`: it may not be missing."""

    @property
    def needed(self) -> bool: ...

    @property
    def schema(self) -> Schema: ...

    def read(self, value: object) -> Any: ...


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]
    needed: bool = True

    @property
    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}

    def read(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise ValueError
        return value


@dataclass(frozen=True)
class Text:
    """Text without control characters, or what `pattern` allows. `is_listed`: it is one of the values in options."""

    longest: int
    needed: bool = True
    shortest: int = 0
    pattern: str = PRINTABLE
    is_listed: bool = False

    @property
    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.shortest, "maxLength": self.longest, "pattern": self.pattern}

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not self.shortest <= len(value) <= self.longest:
            raise ValueError
        if not re.fullmatch(self.pattern, value):
            raise ValueError
        value.encode()  # half of a surrogate pair is no text; its error is a ValueError
        return value


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int
    needed: bool = True

    @property
    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, value: object) -> int:
        if type(value) is not int or not self.least <= value <= self.most:
            raise ValueError
        return value


@dataclass(frozen=True)
class Day:
    """A day in the shop's time zone."""

    needed: bool = True

    @property
    def schema(self) -> Schema:
        return DAY

    def read(self, value: object) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        return date.fromisoformat(value)


@dataclass(frozen=True)
class Inside:
    """An object within the body; what is wrong in it is named by its own field."""

    body: Body
    needed: bool = False

    @property
    def schema(self) -> Schema:
        return self.body.schema

    def read(self, value: object) -> dict[str, Any]:
        return self.body.read(value)


@dataclass(frozen=True)
class Body:
    """An object of such fields; what it does not name is refused."""

    fields: Mapping[str, Field]

    @property
    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {name: field.schema for name, field in self.fields.items()},
            "required": [name for name, field in self.fields.items() if field.needed],
            "additionalProperties": False,
        }

    @property
    def is_needed(self) -> bool:
        """True unless an empty body will do."""
        return any(field.needed for field in self.fields.values())

    def read(self, value: object) -> dict[str, Any]:
        """Return every field by its name, None for one left out. Raises Problem 422 naming the one that is wrong."""
        if not isinstance(value, dict):
            raise Problem(422, field="body")
        for name in sorted(map(str, value)):
            if name not in self.fields:
                raise Problem(422, field=name[:40])
        return {name: _read(name, field, value) for name, field in self.fields.items()}


def _read(name: str, field: Field, given: Mapping[str, object]) -> Any:
    if name not in given and not field.needed:
        return None
    try:
        return field.read(given.get(name))
    except ValueError:
        raise Problem(422, field=name) from None
