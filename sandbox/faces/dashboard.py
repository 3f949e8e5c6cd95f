"""The dashboard: what this sandbox is, what time it is in it, what was paid, sent, asked and made to go wrong."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from sandbox.faces import judging, knobs
from sandbox.world import World

PAGE = 200


def add_dashboard(blueprint: Blueprint, world: World) -> None:
    """Serve the pages of ``templates/dashboard``."""
    _add_overview(blueprint, world)
    _add_judgement(blueprint, world)
    _add_traffic(blueprint, world)


def _add_overview(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/")
    def overview() -> str:
        with world.locked():
            shops = [
                {**row, "installed": world.is_installed(row["id"]), "handle": _handle(row["id"])}
                for row in world.shops
            ]
            unmodelled = world.log.unmodelled.most_common(20)
            return render_template(
                "dashboard/overview.html",
                verdict=judging.sentence(world),
                shops=shops,
                app=world.config,
                unmodelled=unmodelled,
            )

    @blueprint.get("/faults")
    def faults() -> str:
        with world.locked():
            return render_template("dashboard/faults.html", groups=knobs.groups(world.faults.all()))


def _add_judgement(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/ledger")
    def ledger() -> str:
        with world.locked():
            payments = judging.payments(world)
            return render_template(
                "dashboard/ledger.html",
                verdict=judging.sentence(world),
                days=judging.per_day(payments),
                payments=_newest(payments),
                total=len(payments),
                missed=judging.missed(world),
            )

    @blueprint.get("/violations")
    def violations() -> str:
        with world.locked():
            return render_template("dashboard/violations.html", violations=judging.violations(world))


def _add_traffic(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/deliveries")
    def deliveries() -> str:
        topic, state = request.args.get("topic", ""), request.args.get("state", "")
        with world.locked():
            everything = world.webhooks.deliveries()
            chosen = [d for d in everything if topic in ("", d["topic"]) and state in ("", d["state"])]
            return render_template(
                "dashboard/deliveries.html",
                deliveries=_newest(chosen),
                total=len(chosen),
                topics=sorted({d["topic"] for d in everything}),
                states=sorted({d["state"] for d in everything}),
                topic=topic,
                state=state,
            )

    @blueprint.get("/deliveries/<int:number>")
    def delivery(number: int) -> str:
        with world.locked():
            found = next((d for d in world.webhooks.deliveries() if d["id"] == number), None)
        return render_template("dashboard/delivery.html", delivery=found or abort(404, "no such delivery"))

    @blueprint.get("/requests")
    def requests() -> str:
        with world.locked():
            entries = list(world.log.entries)
            return render_template(
                "dashboard/requests.html",
                entries=_newest(entries),
                total=len(entries),
                operations=judging.per_operation(entries),
                unmodelled=world.log.unmodelled.most_common(),
            )


def _newest(rows: list[Any]) -> list[Any]:
    return list(reversed(rows[-PAGE:]))


def _handle(domain: str) -> str:
    return domain.removesuffix(".myshopify.com")
