"""What a control request brought with it, checked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request


class BadInput(ValueError):
    """A request that the control API cannot make sense of."""


def body() -> dict[str, Any]:
    """The JSON object of the request, or {} when there is none. Raises BadInput."""
    if not request.get_data():
        return {}
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise BadInput("the body must be a JSON object")
    return found


def instant(value: Any) -> datetime:
    """An ISO 8601 instant. Raises BadInput."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(f"{value!r} is not an ISO 8601 instant") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(value: Any, name: str) -> int:
    """A whole number. Raises BadInput."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"{name} must be a whole number")
    return value


def text(value: Any, name: str) -> str:
    """A non-empty text. Raises BadInput."""
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name} must be a text")
    return value
