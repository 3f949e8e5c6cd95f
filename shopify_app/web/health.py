"""Probes: is the process alive, is it ready, has everything been drained, and numbers for Prometheus."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from shopify_app import ticker
from shopify_app.health import metrics, readiness
from shopify_app.kit.clock import ClockUnreachable
from shopify_app.web import ctx
from shopify_app.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("a probe: says only that the process answers")
def healthz() -> Response:
    return jsonify(alive=True)


@blueprint.get("/readyz")
@public("a probe: counts without names")
def readyz() -> tuple[Response, int]:
    """200 when database, Redis and migrations are well, else 503 with what is not. `?idle=1` adds drain state."""
    checks = readiness.check(ctx())
    ready = all(checks.values())
    body: dict[str, object] = {"ready": ready, "checks": checks}
    if request.args.get("idle") and ready:
        try:
            waiting = ticker.waiting(ctx(), fresh=True)
        except ClockUnreachable:
            return jsonify(body | {"ready": False, "checks": checks | {"clock": False}}), 503
        running = ctx().wakeups.running()
        body |= {"idle": not waiting and not running, "waiting": waiting, "running": running}
    return jsonify(body), 200 if ready else 503


@blueprint.get("/metrics")
@public("Prometheus numbers: counts and ages, no names")
def prometheus() -> Response:
    return Response(metrics.render(ctx()), mimetype="text/plain; version=0.0.4; charset=utf-8")
