"""The feed described by itself: OpenAPI 3.1 at `/feed/v1/openapi.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Response

from shopify_app.journal import feed
from shopify_app.web.access import public
from shopify_app.web.feed import blueprint, problems
from shopify_app.web.feed.views import MOST, USUAL

Json = dict[str, Any]
TEXT, MOMENT = {"type": "string"}, {"type": "string", "format": "date-time"}
WHOLE = {"type": "integer", "minimum": 0}
DAY = {"type": ["string", "null"], "format": "date"}
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "string", "pattern": r"^\d{1,18}$"}}


def _object(**properties: Any) -> Json:
    """All of them are always there."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMAS: Json = {
    "Changes": _object(
        changes={"type": "array", "items": {"$ref": "#/components/schemas/Change"}},
        next=WHOLE | {"description": "Ask with after= this the next time; it may be kept forever."},
        has_more={"type": "boolean"},
    ),
    "Change": _object(
        id=WHOLE,
        position=WHOLE | {"description": "New, and higher than all before, whenever the entry changes."},
        revision={"type": "integer", "minimum": 1},
        state={"enum": ["open", "acknowledged", "undone"], "description": "undone: in the end all is as it was."},
        subscription={"type": ["string", "null"], "description": "The number in Shopify's id of the contract."},
        shipment=TEXT | {"description": "cycle:<index>, delivery:<fulfillment order>, order:<order>, or contract."},
        ships_on=DAY,
        was_to_ship_on=DAY,
        changed_by=TEXT | {"description": "merchant, shopper, link, policy, perennial or shopify."},
        first_changed_at=MOMENT,
        last_changed_at=MOMENT,
        groups={"type": "array", "items": {"enum": list(feed.GROUPS)}},
        changes={"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        acknowledged={"oneOf": [{"type": "null"}, _object(at=MOMENT, by=TEXT)]},
    ),
    "Part": _object(
        about=TEXT | {"description": "What of the shipment changed, e.g. items, date, address, details, payment."},
        kinds={"type": "array", "items": TEXT, "minItems": 1},
        before={"type": "object", "description": "As the first change found it."},
        after={"type": "object", "description": "As the last change left it."},
        words=TEXT,
    ),
    "Seen": {
        "type": "object",
        "properties": {"revision": {"type": "integer", "minimum": 1}},
        "required": ["revision"],
    },
    "Problem": _object(
        type=TEXT,
        title=TEXT,
        status=WHOLE,
        detail=TEXT,
        code={"enum": [code for code, _ in problems.WORDS.values()]},
        field={"type": ["string", "null"]},
    ),
}


@blueprint.get("/openapi.json")
@public("describes the interface; holds nothing of any shop")
def openapi() -> Response:
    """The description."""
    return Response(_text(), mimetype="application/json")


def build() -> Json:
    """Return the whole document."""
    after = {"name": "after", "in": "query", "schema": WHOLE | {"default": 0}, "description": "A `next` from before."}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST}}
    limit["schema"] |= {"default": USUAL}  # type: ignore[operator]
    seen = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Seen"}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Perennial: changes for a warehouse", "version": "1.0.0", "license": {"name": "MIT"}},
        "servers": [{"url": f"{problems.PREFIX}v1"}],
        "security": [{"key": []}],
        "paths": {
            "/changes": {"get": _call("listChanges", "Entries changed since", "Changes", (422,), [after, limit])},
            "/changes/{number}": {"get": _call("getChange", "One entry", "Change", (404,), [NUMBER])},
            "/changes/{number}/acknowledge": {
                "post": _call("acknowledgeChange", "Take note", "Change", (404, 409, 422), [NUMBER])
                | {"requestBody": seen}
            },
            "/changes/{number}/reopen": {"post": _call("reopenChange", "Take it back", "Change", (404,), [NUMBER])},
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
        },
    }


@cache
def _text() -> str:
    return json.dumps(build(), ensure_ascii=False)


def _call(name: str, summary: str, schema: str, errors: tuple[int, ...], parameters: list[Json]) -> Json:
    def content(media_type: str, of: str) -> Json:
        return {"content": {media_type: {"schema": {"$ref": f"#/components/schemas/{of}"}}}}

    told = {str(status): {"description": problems.WORDS[status][1]} for status in (*errors, 401, 429)}
    answers = {status: answer | content(problems.MEDIA_TYPE, "Problem") for status, answer in told.items()}
    done = {"200": {"description": summary} | content("application/json", schema)}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": done | answers}
