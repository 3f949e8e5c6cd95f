"""Reading the feed, and taking note of entries, by programs."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, request

from shopify_app.fulfillment import acknowledge, folding, listing, words
from shopify_app.fulfillment.models import HISTORY, Change
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.feed import blueprint
from shopify_app.web.feed.guard import key_holder
from shopify_app.web.feed.problems import Problem

USUAL, MOST = 50, 200
"""Entries of a page."""


@blueprint.get("/changes")
@key_holder
def changes() -> Response:
    """Entries that changed since a position, in the order in which they did: `next` is where to go on.

    An entry that changes again comes again, with a higher revision.
    """
    after, limit = _number("after", 0, 2**62), _number("limit", 1, MOST, USUAL)
    with ctx().db.session() as session:
        found = listing.above(session, g.shop.id, after, limit=limit + 1)
    page = found[:limit]
    last = page[-1].position if page else after
    return _json({"changes": [_told(one) for one in page], "next": last, "has_more": len(found) > limit})


@blueprint.get("/changes/<number>")
@key_holder
def change(number: str) -> Response:
    """One entry as it is now."""
    return _json(_told(_found(number)))


@blueprint.post("/changes/<number>/acknowledge")
@key_holder
def acknowledge_change(number: str) -> Response:
    """Take note of an entry at the revision that was read; of one that has changed since, nobody takes note."""
    entry, revision = _found(number), _revision()
    with ctx().db.session() as session:
        by = f"key:{g.key_name}"
        acknowledge.acknowledge(session, g.shop.id, {entry.id: revision}, by, ctx().clock.now())
    entry = _found(number)
    if entry.revision != revision:
        raise Problem(409, f"It is at revision {entry.revision} now. Read it again.", field="revision")
    return _json(_told(entry))


@blueprint.post("/changes/<number>/reopen")
@key_holder
def reopen_change(number: str) -> Response:
    """Take it back: it is to be acknowledged again."""
    entry = _found(number)
    with ctx().db.session() as session:
        acknowledge.reopen(session, g.shop.id, [entry.id])
    return _json(_told(_found(number)))


def _found(number: str) -> Change:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Problem(404)
    with ctx().db.session() as session:
        entry = acknowledge.one(session, g.shop.id, int(number))
    if entry is None:
        raise Problem(404)
    return entry


def _number(name: str, low: int, high: int, usual: int | None = None) -> int:
    text = request.args.get(name, "")
    if not text:
        return low if usual is None else usual
    if not (text.isascii() and text.isdigit() and len(text) < 19) or not low <= int(text) <= high:
        raise Problem(422, f"{name} is a whole number from {low} to {high}.", field=name)
    return int(text)


def _revision() -> int:
    body = request.get_json(force=True, silent=True)
    revision = body.get("revision") if isinstance(body, dict) else None
    if isinstance(revision, bool) or not isinstance(revision, int) or not 0 < revision < 2**31:
        raise Problem(422, "revision is the number of the revision that you read.", field="revision")
    return revision


def _told(entry: Change) -> dict[str, Any]:
    """An entry as programs get it: no name and no address, which stand on the order in Shopify."""
    parts = folding.standing(entry.parts)
    at = entry.acknowledged_at
    return {
        "id": entry.id,
        "position": entry.position,
        "revision": entry.revision,
        "state": "undone" if entry.is_void else "acknowledged" if at else "open",
        "subscription": number_of(entry.contract_gid) if entry.contract_gid else None,
        "shipment": entry.subject,
        "ships_on": entry.ships_on.isoformat() if entry.ships_on else None,
        "was_to_ship_on": entry.shipped_on.isoformat() if entry.shipped_on else None,
        "changed_by": entry.actor.split(":")[0],
        "first_changed_at": entry.first_at.isoformat(),
        "last_changed_at": entry.last_at.isoformat(),
        "groups": entry.groups,
        "changes": [_part(part) for part in parts],
        "acknowledged": {"at": at.isoformat(), "by": _by(entry)} if at else None,
    }


def _part(part: folding.Part) -> dict[str, Any]:
    about = {"about": part["aspect"], "kinds": part["kinds"], "before": part["before"], "after": part["after"]}
    return about | {"words": words.said(part, g.shop.zone)}


def _by(entry: Change) -> str:
    by = entry.acknowledged_by or HISTORY
    return by if by.startswith("key:") else by.split(":")[0]


def _json(body: dict[str, Any]) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
