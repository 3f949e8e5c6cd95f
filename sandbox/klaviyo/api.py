"""Klaviyo's API, as the official SDK calls it. Each operation bears the SDK's name, and the scope it needs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, request

from sandbox.klaviyo import bulk_rules, faults, gate, profiles, rules
from sandbox.klaviyo.problems import Problem, Refused
from sandbox.klaviyo.state import Klaviyo
from sandbox.world.store import Row

Handler = Callable[[Row], Response]
PAGE = 200
METRIC_FILTER = re.compile(r"equals\((integration\.(?:name|category)),(?:\"([^\"]*)\"|'([^']*)')\)")


def add_api(blueprint: Blueprint, klaviyo: Klaviyo) -> None:
    """Hang the API on the blueprint. Every path is answered with and without a trailing slash."""

    def operation(path: str, method: str, scope: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            @wraps(handler)
            def view() -> Response:
                return _answer(klaviyo, handler, scope)

            blueprint.add_url_rule(f"/api/{path}", handler.__name__, view, methods=[method], strict_slashes=False)
            return handler

        return register

    @operation("events", "POST", "events:write")
    def create_event(credential: Row) -> Response:
        document = gate.body(request)
        rules.check_event(document, klaviyo.now())
        klaviyo.accept(credential, document["data"]["attributes"], g.klaviyo_request_id)
        return _accepted()

    @operation("event-bulk-create-jobs", "POST", "events:write")
    def bulk_create_events(credential: Row) -> Response:
        document = gate.body(request)
        bulk_rules.check(document, klaviyo.now())
        for event in bulk_rules.events(document):
            klaviyo.accept(credential, event, g.klaviyo_request_id)
        return _json(None, 202)  # recorded: the body is null, and there is no job to ask about

    @operation("profile-import", "POST", "profiles:write")
    def create_or_update_profile(credential: Row) -> Response:
        document = gate.body(request)
        rules.check_profile(document)
        profile, is_new = profiles.upsert(klaviyo, credential["account"], document["data"])
        return _json({"data": _profile(profile)}, 201 if is_new else 200)

    @operation("accounts", "GET", "accounts:read")
    def get_accounts(credential: Row) -> Response:
        account = klaviyo.accounts[credential["account"]]
        return _json({"data": [_account(account)], "links": {"self": request.base_url}})

    @operation("metrics", "GET", "metrics:read")
    def get_metrics(credential: Row) -> Response:
        return _metrics_page(klaviyo, credential["account"])

    @blueprint.route("/api/", defaults={"path": ""}, methods=["GET", "POST", "PATCH", "DELETE"])
    @blueprint.route("/api/<path:path>", methods=["GET", "POST", "PATCH", "DELETE"])
    def not_modelled(path: str) -> Response:
        detail = f"The sandbox does not model {request.method} /api/{path}."
        return _refusal(Refused(Problem(404, "not_found", "Not found.", detail)), _request_id())


def _answer(klaviyo: Klaviyo, handler: Handler, scope: str) -> Response:
    g.klaviyo_request_id = _request_id()
    headers: dict[str, str] = {}
    try:
        answer = faults.before(klaviyo, handler.__name__)
        if answer is None:
            with klaviyo.world.locked():
                klaviyo.catch_up()
                answer = _work(klaviyo, handler, scope, headers)
            faults.after(klaviyo, handler.__name__)
    except Refused as refused:
        answer = _refusal(refused, g.klaviyo_request_id)
    answer.headers.extend({**headers, "X-Klaviyo-Req-Id": g.klaviyo_request_id})
    return answer


def _work(klaviyo: Klaviyo, handler: Handler, scope: str, headers: dict[str, str]) -> Response:
    credential = gate.authenticate(klaviyo, request.headers.get("Authorization"))
    headers["Cid"] = credential["account"]
    revised = gate.revision(klaviyo, request.headers.get("revision"))
    headers["X-Klaviyo-Api-Revision"] = revised
    headers["X-Klaviyo-Api-Retirement-Date"] = gate.retirement_date(revised)
    gate.authorize(credential, scope)
    return handler(credential)


def _refusal(refused: Refused, request_id: str) -> Response:
    ids = [request_id, *(str(uuid.uuid4()) for _ in refused.problems[1:])]
    errors = [problem.to_json(one) for one, problem in zip(ids, refused.problems, strict=True)]
    answer = _json({"errors": errors}, refused.status)
    answer.headers.extend(refused.headers)
    return answer


def _accepted() -> Response:
    answer = Response(status=202)
    del answer.headers["Content-Type"]  # recorded: an empty body, Content-Length: 0
    return answer


def _request_id() -> str:
    return str(uuid.uuid4())


def _json(document: dict[str, Any] | None, status: int = 200) -> Response:
    answer = jsonify(document)
    answer.status_code = status
    answer.content_type = "application/vnd.api+json"
    return answer


# --- documents ---


def _account(account: Row) -> dict[str, Any]:
    contact = {
        "default_sender_name": account["name"],
        "default_sender_email": account["sender_email"],
        "website_url": None,
        "organization_name": account["name"],
        "street_address": dict.fromkeys(("address1", "address2", "city", "region", "country", "zip")),
    }
    attributes = {
        "test_account": False,
        "contact_information": contact,
        "industry": None,
        "timezone": account["timezone"],
        "preferred_currency": account["currency"],
        "public_api_key": account["id"],
        "locale": "en-US",
    }
    return _resource("account", account["id"], attributes)


def _profile(profile: Row) -> dict[str, Any]:
    names = (*profiles.UNIQUE[:3], *rules.TEXT_FIELDS, "location")
    attributes = {name: profile["attributes"].get(name) for name in names}
    attributes |= {"location": attributes["location"] or {}, "properties": profile["properties"]}
    attributes |= {"created": profile["created"], "updated": profile["updated"]}
    return _resource("profile", profile["id"], attributes)


def _metric(metric: Row) -> dict[str, Any]:
    integration = {
        "object": "integration",
        "id": metric["source"],
        "name": metric["source"],
        "category": "API",
    }
    attributes = {
        "name": metric["name"],
        "created": metric["created"],
        "updated": metric["updated"],
        "integration": integration,
    }
    return _resource("metric", metric["id"], attributes)


def _resource(kind: str, resource_id: str, attributes: dict[str, Any]) -> dict[str, Any]:
    link = f"{request.url_root}klaviyo/api/{kind}s/{resource_id}"
    return {"type": kind, "id": resource_id, "attributes": attributes, "links": {"self": link}}


def _metrics_page(klaviyo: Klaviyo, account: str) -> Response:
    """All metrics of one account, 200 a page; filtered by the integration's name, the one filter known to work."""
    rows = klaviyo.of("metrics", account).all()
    wanted = request.args.get("filter")
    if wanted:
        name, value = _metric_filter(wanted)
        # integration.category was seen to return nothing at all, whatever was asked
        rows = [row for row in rows if name == "integration.name" and row["source"] == value]
    start = _cursor(request.args.get("page[cursor]"))
    following = {"page[cursor]": str(start + PAGE), **({"filter": wanted} if wanted else {})}
    has_more = len(rows) > start + PAGE
    links = {
        "self": request.base_url,
        "next": f"{request.base_url}?{urlencode(following)}" if has_more else None,
        "prev": None,
    }
    return _json({"data": [_metric(row) for row in rows[start : start + PAGE]], "links": links})


def _metric_filter(text: str) -> tuple[str, str]:
    match = METRIC_FILTER.fullmatch(text)
    if not match:
        detail = f"Invalid filter: {text[:100]}"
        raise Refused(Problem(400, "invalid", "Invalid input.", detail, parameter="filter"))
    return match[1], match[2] or match[3] or ""


def _cursor(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit():
        raise Refused(Problem(400, "invalid", "Invalid input.", "Invalid cursor.", parameter="page[cursor]"))
    return int(text)
