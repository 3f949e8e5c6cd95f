"""The bank's page of a challenged payment: where ``nextActionUrl`` leads, and where the shopper says yes or no."""

from __future__ import annotations

from flask import Blueprint, request

from sandbox.shopify import attempts
from sandbox.world import World

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Confirm your payment</title>
<meta name="viewport" content="width=device-width">
<body style="font: 1rem system-ui; max-width: 30rem; margin: 3rem auto">
<h1>Confirm your payment</h1><p>{text}</p>{form}</body></html>"""
FORM = """<form method="post"><button name="answer" value="yes">Confirm</button>
<button name="answer" value="no">Decline</button></form>"""


def add(pages: Blueprint, world: World) -> None:
    """``/_control/challenge/<shop>/<attempt>``."""

    @pages.get("/challenge/<shop>/<int:key>")
    def ask(shop: str, key: int) -> str:
        with world.locked():
            state = world.of("attempts", shop)[key]["state"]
        if state != "action_required":
            return PAGE.format(text="There is nothing left to confirm.", form="")
        return PAGE.format(text="Your bank asks whether this payment is yours.", form=FORM)

    @pages.post("/challenge/<shop>/<int:key>")
    def answer(shop: str, key: int) -> str:
        said_yes = request.form.get("answer") == "yes"
        with world.locked():
            row = world.of("attempts", shop)[key]
            if row["state"] == "action_required":
                attempts.settle(world, shop, row, "settle" if said_yes else "AUTHENTICATION_FAILED")
        return PAGE.format(text="Thank you. You may close this page.", form="")
