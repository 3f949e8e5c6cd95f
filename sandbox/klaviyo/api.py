"""Klaviyo's API, as the official SDK calls it. Each operation bears the SDK's name, and the scope it needs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from sandbox.klaviyo import bulk_rules, documents, faults, gate, limits, pages, profiles, rules
from sandbox.klaviyo.problems import Problem, Refused
from sandbox.klaviyo.state import Klaviyo
from sandbox.world.store import Row

Handler = Callable[[Row], Response]


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
        return _json({"data": documents.profile(profile)}, 201 if is_new else 200)

    @operation("accounts", "GET", "accounts:read")
    def get_accounts(credential: Row) -> Response:
        account = klaviyo.accounts[credential["account"]]
        return _json({"data": [documents.account(account)], "links": {"self": request.base_url}})

    @operation("metrics", "GET", "metrics:read")
    def get_metrics(credential: Row) -> Response:
        return _json(pages.metrics(klaviyo, credential["account"]))

    @operation("events", "GET", "events:read")
    def get_events(credential: Row) -> Response:
        return _json(pages.events(klaviyo, credential["account"]))

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
    headers |= limits.count(klaviyo, credential, handler.__name__)
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
