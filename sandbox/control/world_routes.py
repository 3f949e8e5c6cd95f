"""Clock, faults, ledger, deliveries, request log, and starting over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from sandbox.control import given
from sandbox.seeds import seed
from sandbox.shopify.attempt_codes import ALL
from sandbox.world import World


def add(pages: Blueprint, world: World) -> None:
    """Register the routes that concern the whole world."""
    _clock(pages, world)
    _faults(pages, world)
    _reading(pages, world)
    _working(pages, world)


def _clock(pages: Blueprint, world: World) -> None:
    @pages.get("/clock")
    def clock() -> Response:
        with world.locked():
            return jsonify({"now": world.now().isoformat(), "mode": world.clock.mode})

    @pages.post("/clock")
    def set_clock() -> Response:
        """{"set": instant} or {"advance_s": seconds}, {"mode": "frozen" | "running"}: jumps, for tests. A person
        advances with POST /_control/advance, which stops at every due instant."""
        asked = given.body()
        with world.locked():
            if asked.get("mode") in ("frozen", "running"):
                (world.clock.freeze if asked["mode"] == "frozen" else world.clock.run)()
            if "set" in asked:
                world.clock.set(given.instant(asked["set"]))
            if "advance_s" in asked:
                world.clock.advance(timedelta(seconds=given.number(asked["advance_s"], "advance_s")))
        return clock()


def _faults(pages: Blueprint, world: World) -> None:
    @pages.get("/faults")
    def faults() -> Response:
        with world.locked():
            return jsonify(world.faults.all())

    @pages.post("/faults")
    def set_faults() -> Response:
        """Merge knobs; "graphql" and "outcomes" keep their entries until ``DELETE /_control/faults/<knob>``."""
        asked = given.body()
        outcomes = asked.get("outcomes")
        for outcome in outcomes.values() if isinstance(outcomes, dict) else ():
            if outcome not in ALL | {"settle", "challenged"}:
                raise given.BadInput(f"{outcome!r} is no outcome: settle, challenged, or a Shopify error code")
        with world.locked():
            world.faults.set(asked)
        return faults()

    @pages.delete("/faults")
    def reset_faults() -> Response:
        with world.locked():
            world.faults.reset()
        return faults()

    @pages.delete("/faults/<knob>")
    def clear_fault(knob: str) -> Response:
        with world.locked():
            world.faults.clear(knob)
        return faults()


def _reading(pages: Blueprint, world: World) -> None:
    @pages.get("/ledger")
    def ledger() -> Response:
        with world.locked():
            return jsonify({"payments": world.ledger.payments(request.args.get("shop"))})

    @pages.get("/violations")
    def violations() -> Response:
        with world.locked():
            found = world.ledger.violations(request.args.get("shop"))
            missed = world.ledger.due_unbilled(world.now())
            return jsonify({"violations": found, "missed": missed, "verdict": world.ledger.verdict(world.now())})

    @pages.get("/deliveries")
    def deliveries() -> Response:
        with world.locked():
            rows = world.webhooks.deliveries(request.args.get("shop"), request.args.get("topic"))
            return jsonify({"total": len(rows), "deliveries": rows[-_limit(200) :]})

    @pages.get("/log")
    def log() -> Response:
        rows = [e for e in world.log.entries if request.args.get("operation") in (None, e.get("operation"))]
        return jsonify({"total": len(rows), "requests": rows[-_limit(200) :], "unmodelled": world.log.unmodelled})


def _working(pages: Blueprint, world: World) -> None:
    @pages.post("/reset")
    def reset() -> Response:
        """{"seed": "coffee" | "tiny" | null, …}: an empty world, filled again."""
        asked: dict[str, Any] = given.body()
        name = asked.pop("seed", "coffee")
        with world.locked():
            world.reset()
            current_app.extensions["throttle"].reset()
            if name:
                seed(world, name, **asked)
        return jsonify({"ok": True, "shops": [row["id"] for row in world.shops]})

    @pages.post("/settle")
    def settle() -> Response:
        """Decide every attempt in flight, now; {"outcome": code} overrules knobs."""
        outcome = given.body().get("outcome")
        count = current_app.extensions["background"].settle_now(outcome=outcome)
        return jsonify({"settled": count})

    @pages.post("/deliver")
    def deliver() -> Response:
        """Settle and deliver until nothing is left."""
        return jsonify({"delivered": current_app.extensions["background"].drain()})


def _limit(default: int) -> int:
    value = request.args.get("limit", "")
    return int(value) if value.isdigit() and int(value) else default
