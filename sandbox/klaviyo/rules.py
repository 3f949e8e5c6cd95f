"""Is this document a create_event, or a profile-import, that Klaviyo would take? All problems at once.

What one event is asked, `bulk_rules` asks of each of its many, at another pointer.

Limits: Klaviyo's OpenAPI description of revision 2026-07-15 and its docs. Pointers name the place of the fault.
An attribute that is null counts as absent, except on a profile, where null clears the field (later, on storing).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.klaviyo import values
from sandbox.klaviyo.problems import Problem, Refused, invalid
from sandbox.klaviyo.profiles import listed

EVENT_FIELDS = {"properties", "time", "value", "value_currency", "unique_id", "backfill", "metric"}
TEXT_FIELDS = ("first_name", "last_name", "organization", "locale", "title", "image")
IDENTIFIERS = ("email", "phone_number", "external_id", "_kx")
PROFILE_FIELDS = {*IDENTIFIERS, *TEXT_FIELDS, "location", "properties"}
EVENT_PROFILE_FIELDS = PROFILE_FIELDS | {"anonymous_id"}


def check_event(document: dict[str, Any], now: datetime) -> None:
    """Raises Refused (400) with every problem found; `now` is aware and bounds the event's time."""
    refuse(_event(document["data"], now))


def check_profile(document: dict[str, Any]) -> None:
    """Raises Refused (400) with every problem found in a profile-import."""
    data = document["data"]
    refuse(_profile(data, "/data", PROFILE_FIELDS))


def refuse(problems: Iterator[Problem]) -> None:
    """Raises Refused with all of them, if there are any."""
    found = list(problems)
    if found:
        raise Refused(*found)


def _event(data: dict[str, Any], now: datetime) -> Iterator[Problem]:
    yield from event_resource(data, now, "/data", EVENT_FIELDS | {"profile"})
    if isinstance(event := data.get("attributes"), dict):
        yield from event_profile(event.get("profile"), "/data/attributes/profile")


def event_resource(data: Any, now: datetime, pointer: str, fields: set[str]) -> Iterator[Problem]:
    """The problems of one event resource that lies at `pointer`, except those of its profile."""
    if not isinstance(data, dict):
        yield invalid("An event must be an object.", pointer)
        return
    yield from resource_type(data, "event", pointer)
    event, at = data.get("attributes"), f"{pointer}/attributes"
    if not isinstance(event, dict):
        yield required("attributes", at)
        return
    yield from unknown(event, fields, "event", at)
    yield from values.properties(event.get("properties"), f"{at}/properties")
    yield from _metric(event.get("metric"), f"{at}/metric")
    yield from _scalars({name: value for name, value in event.items() if value is not None}, now, at)


def event_profile(profile: Any, pointer: str) -> Iterator[Problem]:
    """The problems of the profile relationship of an event, or of a bulk entry."""
    data = profile.get("data") if isinstance(profile, dict) else None
    if not isinstance(data, dict):
        yield required("profile", pointer)
        return
    if values.size(data) > values.MAX_PROFILE:
        yield invalid("An event's profile cannot be larger than 95 KB.", f"{pointer}/data")
    yield from _profile(data, f"{pointer}/data", EVENT_PROFILE_FIELDS)


def _scalars(event: dict[str, Any], now: datetime, at: str) -> Iterator[Problem]:
    if "time" in event:
        yield from values.instant(event["time"], now, f"{at}/time")
    if "value" in event:
        yield from values.number(event["value"], f"{at}/value")
    currency = event.get("value_currency", "USD")
    if not isinstance(currency, str) or not values.CURRENCY.fullmatch(currency):
        yield invalid("The currency must be an ISO 4217 code.", f"{at}/value_currency")
    unique_id = event.get("unique_id", "-")
    if not isinstance(unique_id, str) or not 1 <= len(unique_id) <= 255:
        yield invalid("The unique_id must have 1 to 255 characters.", f"{at}/unique_id")
    yield from backfill(event, at)


def backfill(attributes: dict[str, Any], at: str) -> Iterator[Problem]:
    """The flag of an event, or of a bulk entry."""
    if not isinstance(attributes.get("backfill", False), bool | None):
        yield invalid("The backfill flag must be a boolean.", f"{at}/backfill")


def _metric(metric: Any, pointer: str) -> Iterator[Problem]:
    data = metric.get("data") if isinstance(metric, dict) else None
    if not isinstance(data, dict):
        yield required("metric", pointer)
        return
    yield from resource_type(data, "metric", f"{pointer}/data")
    attributes = data.get("attributes")
    name = attributes.get("name") if isinstance(attributes, dict) else None
    if not isinstance(name, str) or not 1 <= len(name) < 128:
        yield invalid("The metric's name must have 1 to 127 characters.", f"{pointer}/data/attributes/name")


def _profile(data: dict[str, Any], pointer: str, fields: set[str]) -> Iterator[Problem]:
    yield from resource_type(data, "profile", pointer)
    attributes = data.get("attributes", {})
    at = f"{pointer}/attributes"
    if not isinstance(attributes, dict):
        yield invalid("'attributes' must be an object.", at)
        return
    yield from unknown(attributes, fields, "profile", at)
    identifiers = [name for name in (*IDENTIFIERS, "anonymous_id") if attributes.get(name)]
    if not identifiers and not data.get("id"):
        yield invalid("One of email, phone_number, external_id or id must be given.", at)
    if attributes.get("email") is not None:
        yield from values.email(attributes["email"], f"{at}/email")
    if attributes.get("phone_number") is not None:
        yield from values.phone(attributes["phone_number"], f"{at}/phone_number")
    for name in (*TEXT_FIELDS, "external_id", "anonymous_id", "_kx"):
        if not isinstance(attributes.get(name, ""), str | None):
            yield invalid(f"'{name}' must be a string.", f"{at}/{name}")
    for name in ("properties", "location"):
        if not isinstance(attributes.get(name, {}), dict | None):
            yield invalid(f"'{name}' must be an object.", f"{at}/{name}")
    yield from _meta(data.get("meta"), f"{pointer}/meta")


def _meta(meta: Any, pointer: str) -> Iterator[Problem]:
    """patch_properties: append and unappend are objects, unset is one name or several."""
    patch = meta.get("patch_properties") if isinstance(meta, dict) else meta
    if patch is None:
        return
    at = f"{pointer}/patch_properties"
    if not isinstance(patch, dict):
        yield invalid("'patch_properties' must be an object.", at)
        return
    for name in ("append", "unappend"):
        if not isinstance(patch.get(name), dict | None):
            yield invalid(f"'{name}' must be an object.", f"{at}/{name}")
    if not all(isinstance(name, str) for name in listed(patch.get("unset"))):
        yield invalid("'unset' must be a name or a list of names.", f"{at}/unset")


def required(name: str, pointer: str) -> Problem:
    """A field that is not there, or is no object."""
    return invalid(f"'{name}' is a required field.", pointer)


def resource_type(data: dict[str, Any], wanted: str, pointer: str) -> Iterator[Problem]:
    """The `type` every resource bears."""
    if data.get("type") != wanted:
        yield invalid(f"The resource type must be '{wanted}'.", f"{pointer}/type")


def unknown(given: dict[str, Any], known: set[str], resource: str, pointer: str) -> Iterator[Problem]:
    """Names that the resource does not have."""
    for name in given:
        if name not in known:
            yield invalid(f"'{name}' is not a valid field for the resource '{resource}'.", f"{pointer}/{name}")
