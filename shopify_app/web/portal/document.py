"""The API described by itself: OpenAPI 3.1 at `/portal/v1/openapi.json`, made of this table and `schemas`."""

from __future__ import annotations

import json
from functools import cache

from flask import Response

from shopify_app.web.access import public
from shopify_app.web.portal import blueprint, problems
from shopify_app.web.portal.date_document import DATE_OPERATIONS
from shopify_app.web.portal.deed import Deed
from shopify_app.web.portal.deeds import DEEDS
from shopify_app.web.portal.offers import ACTIONS, MOVE
from shopify_app.web.portal.operation import (
    ACT_ERRORS,
    BACK,
    BODY,
    INDEX,
    KEYED,
    LOOK_ERRORS,
    NUMBER,
    READ_ERRORS,
    Json,
    Operation,
    chosen,
)
from shopify_app.web.portal.schemas import SCHEMAS, body_name, title

ACTION = {"name": "action", "in": "path", "required": True, "schema": {"type": "string", "enum": list(ACTIONS)}}
AFTER = {"name": "after", "in": "query", "required": False, "schema": NUMBER["schema"]}
OF_ORDER = {
    "name": "order",
    "in": "query",
    "required": False,
    "description": "Only subscriptions that the order of this number came from.",
    "schema": NUMBER["schema"],
}
LOCALE = {
    "name": "locale",
    "in": "query",
    "required": False,
    "description": "Language of all words, e.g. de-AT; goes before Accept-Language.",
    "schema": {"type": "string"},
}
OF_FIRST_CONTRACT = {"number": "$response.body#/contracts/0/number"}
OF_FIRST_CYCLE = {"number": "$request.path.number", "index": "$response.body#/cycles/0/index", "action": "skip"}
OF_FIRST_MOVE = {
    **OF_FIRST_CYCLE,
    "action": MOVE,
    BODY: {"to": f"$response.body#/cycles/0/actions/{ACTIONS.index(MOVE)}/earliest"},
}
OF_FIRST_MISSING = {
    **BACK,
    "decision": "$response.body#/cycles/0/missing/0/decision",
    BODY: {"choice": "$response.body#/cycles/0/missing/0/choices/0/choice"},
}
OF_FIRST_SHIPPING = {**BACK, BODY: {"option": "$response.body#/options/0/value"}}
OF_UNDO = {
    "number": "$request.path.number",
    "index": "$response.body#/cycle/index",
    "action": "$response.body#/undo/action",
}
OF_DEED = {**BACK, BODY: {"key": "$request.header.Idempotency-Key"}}


CYCLE = "/contracts/{number}/cycles/{index}/{action}"
READS = (
    "getContract",
    "listOptions",
    "listCycles",
    "listDeliveries",
    "listShipping",
    "listShippingTo",
    "listOrders",
    "getTimeline",
)


def _deed(deed: Deed) -> tuple[Operation, Operation]:
    path, name = f"/contracts/{{number}}/actions/{deed.name}", title(deed.name)
    body = (body_name(deed.name), deed.body.is_needed)
    preview = Operation(
        f"preview{name}",
        "post",
        f"{path}/preview",
        f"{deed.summary}: what it would do; changes nothing",
        "ContractPreview",
        (NUMBER,),
        LOOK_ERRORS if deed.question is None else (*LOOK_ERRORS, 503),
        (),
        *body,
    )
    links = (("undo", OF_DEED), ("getContract", BACK), ("listOptions", BACK))
    do = Operation(f"do{name}", "post", path, deed.summary, "ContractDone", (NUMBER, KEYED), ACT_ERRORS, links, *body)
    return preview, do


OPERATIONS = (
    Operation(
        "listContracts",
        "get",
        "/contracts",
        "The caller's subscriptions, newest first, 50 a page",
        "Contracts",
        (AFTER, OF_ORDER),
        (401, 422, 429),
        tuple((name, OF_FIRST_CONTRACT) for name in READS),
    ),
    Operation(
        "getContract", "get", "/contracts/{number}", "One with money, address and payment", "Contract", (NUMBER,)
    ),
    Operation(
        "listOptions",
        "get",
        "/contracts/{number}/options",
        "What may be done with the whole subscription, and why not what may not",
        "Options",
        (NUMBER,),
        links=tuple(
            (f"{verb}{title(name)}", {**BACK, BODY: body})
            for place, (name, deed) in enumerate(DEEDS.items())
            if deed.question is None  # what only Shopify knows is named by its own list
            for body in chosen(place, deed.body)
            for verb in ("preview", "do")
        ),
    ),
    Operation(
        "listDeliveries",
        "get",
        "/contracts/{number}/deliveries",
        "Deliveries of a prepaid subscription that are paid and still to come",
        "Deliveries",
        (NUMBER,),
    ),
    Operation(
        "listCycles",
        "get",
        "/contracts/{number}/cycles",
        "Dates to come: totals, until when each can be changed, and what is possible",
        "Cycles",
        (NUMBER,),
        links=(
            *((name, by) for by in (OF_FIRST_CYCLE, OF_FIRST_MOVE) for name in ("previewChange", "makeChange")),
            ("listDateOptions", {name: OF_FIRST_CYCLE[name] for name in ("number", "index")}),
            ("makeChoice", OF_FIRST_MISSING),
        ),
    ),
    Operation(
        "listShipping",
        "get",
        "/contracts/{number}/shipping",
        "By what it may be shipped, as Shopify says at this moment: takes some seconds at worst",
        "Shipping",
        (NUMBER,),
        (*READ_ERRORS, 503),
        (("previewDelivery", OF_FIRST_SHIPPING), ("doDelivery", OF_FIRST_SHIPPING)),
    ),
    Operation(
        "listShippingTo",
        "post",
        "/contracts/{number}/shipping",
        "By what it may be shipped to an address, for what is picked up now; changes nothing",
        "Shipping",
        (NUMBER,),
        (*LOOK_ERRORS, 503),
        (),
        "AddressBody",
        True,
    ),
    *DATE_OPERATIONS,
    Operation("listOrders", "get", "/contracts/{number}/orders", "Past orders, newest first", "Orders", (NUMBER,)),
    Operation("getTimeline", "get", "/contracts/{number}/timeline", "What happened", "Timeline", (NUMBER,)),
    Operation(
        "previewChange",
        "post",
        f"{CYCLE}/preview",
        "What a change would do, or why it cannot be made; changes nothing",
        "Preview",
        (NUMBER, INDEX, ACTION),
        (*LOOK_ERRORS, 409),
    ),
    Operation(
        "makeChange",
        "post",
        CYCLE,
        "Skip a date, bring it back, or move it",
        "Done",
        (NUMBER, INDEX, ACTION),
        ACT_ERRORS,
        (("makeChange", OF_UNDO), ("listCycles", BACK)),
    ),
    *(operation for deed in DEEDS.values() for operation in _deed(deed)),
    Operation(
        "makeChoice",
        "post",
        "/contracts/{number}/stock/{decision}",
        "Choose what becomes of an order in which something is missing; a later choice replaces it until it is done",
        "MissingDone",
        (NUMBER, {**NUMBER, "name": "decision"}, KEYED),
        (*LOOK_ERRORS, 409),
        (("listCycles", BACK),),
        "ChoiceBody",
        True,
    ),
    Operation(
        "askForCard",
        "post",
        "/contracts/{number}/card",
        "Have Shopify mail the link that updates the card, at most once a day; or get the link into Shop Pay",
        "CardSent",
        (NUMBER, KEYED),
        ACT_ERRORS,
        (("getContract", BACK),),
        "CardBody",
    ),
    Operation(
        "undo",
        "post",
        "/contracts/{number}/undo",
        "Take back what was done with a key, while nothing else was changed since",
        "ContractDone",
        (NUMBER,),
        ACT_ERRORS,
        (("getContract", BACK),),
        "UndoBody",
        True,
    ),
)
"""Every operation. A test compares them with the routes."""


@blueprint.get("/openapi.json")
@public("describes the interface; holds nothing of any shop")
def openapi() -> Response:
    """The description."""
    return Response(_text(), mimetype="application/json")


def build() -> Json:
    """Return the whole document."""
    paths: dict[str, Json] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Perennial: the shopper's API", "version": "1.0.0", "license": {"name": "MIT"}},
        "servers": [{"url": f"{problems.PREFIX}v1"}],
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": SCHEMAS,
        },
    }


@cache
def _text() -> str:
    return json.dumps(build(), ensure_ascii=False)


def _operation(each: Operation) -> Json:
    done: Json = {"description": each.summary, "content": _content("application/json", each.answer)}
    if each.links:
        # a call may lead to another twice, with different values
        done["links"] = {f"{name}{n}": _link(name, by) for n, (name, by) in enumerate(each.links)}
    told: Json = {"operationId": each.name, "summary": each.summary, "parameters": [*each.parameters, LOCALE]}
    if each.method == "post":
        told[BODY] = {"required": each.has_to_say, "content": _content("application/json", each.body)}
    return told | {"responses": {"200": done} | {str(status): _problem(status) for status in each.errors}}


def _link(name: str, by: Json) -> Json:
    parameters = {key: value for key, value in by.items() if key != BODY}
    body = {BODY: by[BODY]} if by.get(BODY) else {}
    return {"operationId": name, "parameters": parameters, **body}


def _problem(status: int) -> Json:
    answer: Json = {"description": problems.TITLES[status], "content": _content(problems.MEDIA_TYPE, "Problem")}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 0}}}
    return answer


def _content(media_type: str, schema: str) -> Json:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
