"""What every API request passes before its body is looked at: key, scope, revision, content type."""

from __future__ import annotations

from datetime import date
from json import JSONDecoder
from typing import Any

from flask import Request

from sandbox.klaviyo.problems import Problem, Refused, invalid, malformed, not_authenticated, permission_denied
from sandbox.klaviyo.state import Klaviyo
from sandbox.world.store import Row

# Klaviyo ships a revision each quarter and keeps it for two years (Klaviyo docs: API versioning).
REVISIONS = frozenset(
    f"{year}-{month:02}-15" for year in (2024, 2025, 2026) for month in (1, 4, 7, 10) if (year, month) > (2024, 7)
)
CONTENT_TYPES = ("application/vnd.api+json", "application/json")
MAX_BODY = 5_000_000  # "5 MB" in the docs; the smaller reading


def authenticate(klaviyo: Klaviyo, header: str | None) -> Row:
    """The credential behind an Authorization header. Raises Refused (401)."""
    scheme, _, secret = (header or "").partition(" ")
    kind = {"klaviyo-api-key": "private", "bearer": "oauth"}.get(scheme.lower())
    credential = klaviyo.credentials.get(secret.strip())
    if not kind or not credential or credential["kind"] != kind or credential["revoked"]:
        raise not_authenticated()
    return credential


def authorize(credential: Row, scope: str) -> None:
    """Raises Refused (403) when the credential was not given this scope."""
    if scope not in credential["scopes"]:
        raise permission_denied()


def revision(klaviyo: Klaviyo, header: str | None) -> str:
    """The revision asked for. Raises Refused: 400 when it is missing or unknown, 410 when it is retired.

    The wording of these answers is a guess; nobody has recorded them.
    """
    if header in klaviyo.settings["retired"]:
        detail = f"The revision {header} has been retired."
        raise Refused(Problem(410, "gone", "Gone.", detail))
    if header not in REVISIONS:
        detail = "The revision header is missing." if not header else f"The revision {header} is not known."
        raise Refused(invalid(detail, "/data/"))
    return header


def retirement_date(revised: str) -> str:
    """Two years on, as in the recorded X-Klaviyo-Api-Retirement-Date header."""
    day = date.fromisoformat(revised)
    return day.replace(year=day.year + 2).isoformat()


def body(request: Request) -> dict[str, Any]:
    """The JSON:API document sent. Raises Refused: 415 for another type, 400 when it is too big or no JSON."""
    if request.mimetype not in CONTENT_TYPES:
        detail = f"Unsupported media type '{request.mimetype}' in request."
        raise Refused(Problem(415, "unsupported_media_type", "Unsupported media type.", detail))
    if (request.content_length or 0) > MAX_BODY:
        raise Refused(invalid("The payload must not exceed 5 MB.", "/data"))
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise Refused(invalid("The payload must not exceed 5 MB.", "/data"))
    return _parse(raw)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        document = _JSON.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(malformed()) from error
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise Refused(malformed())
    return document


def _no_constant(name: str) -> float:
    # Python's json writes NaN and Infinity, which are not JSON: a sender's bug that Klaviyo cannot read
    raise ValueError(f"{name} is not JSON")


_JSON = JSONDecoder(parse_constant=_no_constant)
