"""Profiles: found by their identifiers, made, patched. Absent fields stay, null clears (Klaviyo's OpenAPI).

How Klaviyo chooses when identifiers disagree on an event is not published. Here e-mail decides, then phone, and
external_id only when neither is given: it takes no part in merging, so it can make duplicates (Klaviyo docs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.klaviyo.problems import Problem, Refused

if TYPE_CHECKING:
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world.store import Row

UNIQUE = ("email", "phone_number", "external_id", "anonymous_id")


def for_event(klaviyo: Klaviyo, account: str, data: dict[str, Any]) -> Row | None:
    """The profile an event belongs to, made or patched; None when it names an id that does not exist."""
    attributes = _tidy(data.get("attributes", {}))
    if data.get("id"):
        profile = klaviyo.of("profiles", account).get(data["id"])
    else:
        profile = _find_in_order(klaviyo, account, attributes) or _make(klaviyo, account)
    if profile:
        _patch(klaviyo, account, profile, attributes, data.get("meta"))
    return profile


def upsert(klaviyo: Klaviyo, account: str, data: dict[str, Any]) -> tuple[Row, bool]:
    """create_or_update_profile: the profile, and whether it is new.

    Raises Refused: 404 for an unknown id, 409 when the identifiers belong to different profiles.
    """
    attributes = _tidy(data.get("attributes", {}))
    named = klaviyo.of("profiles", account).get(data["id"]) if data.get("id") else None
    if data.get("id") and not named:
        raise Refused(Problem(404, "not_found", "Not found.", "The profile does not exist.", "/data/id"))
    owners = [row for name in UNIQUE if (row := _owner(klaviyo, account, name, attributes.get(name)))]
    owners = [named, *owners] if named else owners
    others = [row for row in owners if row["id"] != owners[0]["id"]]
    if others:
        raise _conflict(others[0]["id"])
    profile = owners[0] if owners else _make(klaviyo, account)
    _patch(klaviyo, account, profile, attributes, data.get("meta"))
    return profile, not owners


def identifiers(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What tells whose profile this is: each identifier given, with its name."""
    attributes = _tidy(data.get("attributes", {}))
    if data.get("id"):
        yield "id", data["id"]
    yield from ((name, attributes[name]) for name in (*UNIQUE, "_kx") if attributes.get(name))


def _conflict(profile_id: str) -> Refused:
    detail = "A profile already exists with one of these identifiers."
    meta = {"duplicate_profile_id": profile_id}
    return Refused(Problem(409, "duplicate_profile", "Conflict.", detail, "/data/attributes", meta=meta))


def _tidy(attributes: dict[str, Any]) -> dict[str, Any]:
    email = attributes.get("email")
    return {**attributes, "email": email.lower()} if email else dict(attributes)


def _find_in_order(klaviyo: Klaviyo, account: str, attributes: dict[str, Any]) -> Row | None:
    strong = [name for name in ("email", "phone_number") if attributes.get(name)]
    for name in strong or ("external_id", "anonymous_id", "_kx"):
        profile = _owner(klaviyo, account, name, attributes.get(name))
        if profile:
            return profile
    return None


def _owner(klaviyo: Klaviyo, account: str, name: str, value: Any) -> Row | None:
    if not value:
        return None
    mark = klaviyo.of("identifiers", account).get(f"{name}:{value}")
    return klaviyo.of("profiles", account).get(mark["profile"]) if mark else None


def _make(klaviyo: Klaviyo, account: str) -> Row:
    number = klaviyo.world.store.next_id("klaviyo_profiles")
    profile_id = "01" + hashlib.sha256(f"{account}{number}".encode()).hexdigest()[:24].upper()
    now = klaviyo.now().isoformat()
    row = {"id": profile_id, "created": now, "updated": now, "attributes": {}, "properties": {}}
    return klaviyo.of("profiles", account).put(row)


def _patch(
    klaviyo: Klaviyo, account: str, profile: Row, attributes: dict[str, Any], meta: dict[str, Any] | None
) -> None:
    for name, value in attributes.items():
        if name == "properties":
            _patch_properties(profile["properties"], value or {})
        elif name in UNIQUE:
            _identify(klaviyo, account, profile, name, value)
        elif value is None:
            profile["attributes"].pop(name, None)
        elif name != "_kx":
            profile["attributes"][name] = value
    _patch_by_meta(profile["properties"], (meta or {}).get("patch_properties") or {})
    profile["updated"] = klaviyo.now().isoformat()
    klaviyo.of("profiles", account).put(profile)


def _identify(klaviyo: Klaviyo, account: str, profile: Row, name: str, value: Any) -> None:
    owner = _owner(klaviyo, account, name, value)
    if owner and owner["id"] != profile["id"]:
        return  # an event's second identifier that is someone else's: it stays theirs
    marks, old = klaviyo.of("identifiers", account), profile["attributes"].pop(name, None)
    marks.delete(f"{name}:{old}")
    if value:
        profile["attributes"][name] = value
        marks.put({"id": f"{name}:{value}", "profile": profile["id"]})


def _patch_properties(properties: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            properties.pop(name, None)
        else:
            properties[name] = value


def _patch_by_meta(properties: dict[str, Any], patch: dict[str, Any]) -> None:
    """`append`, `unappend` and `unset` of data.meta.patch_properties."""
    for name, value in (patch.get("append") or {}).items():
        properties[name] = [*listed(properties.get(name)), *listed(value)]
    for name, value in (patch.get("unappend") or {}).items():
        properties[name] = [item for item in listed(properties.get(name)) if item not in listed(value)]
    for name in listed(patch.get("unset")):
        properties.pop(name, None)


def listed(value: Any) -> list[Any]:
    """A value, or values, as a list; None is the empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
