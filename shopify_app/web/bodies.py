"""Bodies that Shopify signs: read as JSON that PostgreSQL can hold, or refused in one line."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from flask import Response, jsonify

from shopify_app.kit.db import Json


class BadBody(ValueError):
    """What cannot be read; the message says why, without any of it."""


def json_object(raw: bytes) -> Json:
    """Return the JSON object in `raw`, without NUL characters and halves of surrogate pairs. Raises BadBody."""
    try:
        found = json.loads(raw, parse_constant=_no_number, parse_float=_finite)
        clean = _clean(found) if any(mark in raw for mark in SUSPICIOUS) else found
    except (ValueError, RecursionError):
        raise BadBody("the body is not JSON") from None
    if not isinstance(clean, dict):
        raise BadBody("the body is not an object")
    return clean


def unsigned() -> Response:
    """Its reader is a machine, or whoever looks into why Shopify's messages do not arrive."""
    response = jsonify(error="The signature does not fit.")
    response.status_code = 401
    return response


def _no_number(text: str) -> NoReturn:
    raise ValueError("not a number")


def _finite(text: str) -> float:
    """1e400 is JSON, and infinite here."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


SUSPICIOUS = (b"\\u", b"\xed", b"\x00")
"""Bytes without which no text holds a NUL or half a surrogate pair: escapes, their UTF-8 form, other encodings."""


def _clean(value: Any) -> Any:
    """JSON may hold what PostgreSQL's may not: NUL characters, halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
