"""What the API shows of an account, a profile, a metric, an event: JSON:API resources."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request

from sandbox.klaviyo import profiles, rules
from sandbox.world.store import Row


def account(row: Row) -> dict[str, Any]:
    """As get_accounts shows it."""
    contact = {
        "default_sender_name": row["name"],
        "default_sender_email": row["sender_email"],
        "website_url": None,
        "organization_name": row["name"],
        "street_address": dict.fromkeys(("address1", "address2", "city", "region", "country", "zip")),
    }
    attributes = {
        "test_account": False,
        "contact_information": contact,
        "industry": None,
        "timezone": row["timezone"],
        "preferred_currency": row["currency"],
        "public_api_key": row["id"],
        "locale": "en-US",
    }
    return _resource("account", row["id"], attributes)


def profile(row: Row) -> dict[str, Any]:
    """With its custom properties; names that were never given are null."""
    names = (*profiles.UNIQUE[:3], *rules.TEXT_FIELDS, "location")
    attributes = {name: row["attributes"].get(name) for name in names}
    attributes |= {"location": attributes["location"] or {}, "properties": row["properties"]}
    attributes |= {"created": row["created"], "updated": row["updated"]}
    return _resource("profile", row["id"], attributes)


def metric(row: Row) -> dict[str, Any]:
    """With the integration it came through."""
    integration = {"object": "integration", "id": row["source"], "name": row["source"], "category": "API"}
    attributes = {name: row[name] for name in ("name", "created", "updated")}
    return _resource("metric", row["id"], {**attributes, "integration": integration})


def event(row: Row) -> dict[str, Any]:
    """As stored: what Klaviyo dropped from the properties is not there."""
    when = datetime.fromisoformat(row["time"])
    attributes = {
        "timestamp": int(when.timestamp()),
        "event_properties": row["properties"],
        "datetime": when.isoformat(),
        "uuid": row["id"],
    }
    related = {kind: {"data": {"type": kind, "id": row[kind]}} for kind in ("profile", "metric")}
    return {**_resource("event", row["id"], attributes), "relationships": related}


def _resource(kind: str, resource_id: str, attributes: dict[str, Any]) -> dict[str, Any]:
    link = f"{request.url_root}klaviyo/api/{kind}s/{resource_id}"
    return {"type": kind, "id": resource_id, "attributes": attributes, "links": {"self": link}}
