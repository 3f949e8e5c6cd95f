"""Where the links of update mails and of Shop Pay lead: the shopper's page, and the mails that Shopify sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template_string, request

from sandbox.control.shop_routes import BASE
from sandbox.shopify import payment_methods, payment_updates
from sandbox.world import World
from sandbox.world.store import Row

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width">
<body style="font: 1rem system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem">
<h1>{{ title }}</h1>{% if text %}<p>{{ text }}</p>{% endif %}
{% if method %}<form method="post"><p><label>Last four digits <input name="last_digits" pattern="[0-9]{4}"
 required value="{{ method.last_digits }}"></label></p>
<p><label>Month <input name="expiry_month" type="number" min="1" max="12" required
 value="{{ method.expiry_month }}"></label>
<label>Year <input name="expiry_year" type="number" min="{{ method.expiry_year }}" required
 value="{{ method.expiry_year + 4 }}"></label></p><button>Save</button></form>{% endif %}
{% if mails is defined %}<table><tr><th>When<th>To<th>Subject<th></tr>
{% for mail in mails %}<tr><td>{{ mail.at }}<td>{{ mail.to }}<td>{{ mail.subject }}
<td><a href="{{ mail.link }}">Open the link</a></tr>{% else %}<tr><td colspan="4">None yet.</tr>{% endfor %}
</table>{% endif %}</body></html>"""


def add(pages: Blueprint, world: World) -> None:
    """``/_control/cards/<shop>/<method>/<secret>``, ``/_control/mails/<shop>`` and its JSON."""

    @pages.get("/cards/<shop>/<token>/<secret>")
    def card(shop: str, token: str, secret: str) -> str:
        with world.locked():
            method = _method(world, shop, token, secret)
            if method["revoked_at"]:
                return _page("Update your card", "This payment method is no longer there.")
            return _page("Update your card", method=method)

    @pages.post("/cards/<shop>/<token>/<secret>")
    def renew(shop: str, token: str, secret: str) -> str:
        digits = request.form.get("last_digits", "")
        month, year = (request.form.get(name, type=int) for name in ("expiry_month", "expiry_year"))
        with world.locked():
            method = _method(world, shop, token, secret)
            if len(digits) != 4 or not digits.isdigit() or not month or not 1 <= month <= 12 or not year:
                return _page("Update your card", "Please fill in digits, month and year.", method=method)
            payment_methods.update(world, shop, token, last_digits=digits, expiry_month=month, expiry_year=year)
        return _page("Update your card", "Thank you. You may close this page.")

    @pages.get("/mails/<shop>")
    def inbox(shop: str) -> str:
        with world.locked():
            return _page("Mails that Shopify sent", mails=_mails(world, shop))

    @pages.get(BASE + "/mails")
    def mails(shop: str) -> Response:
        """The same for programs, oldest first."""
        with world.locked():
            return jsonify({"mails": _mails(world, shop)})


def _mails(world: World, shop: str) -> list[Row]:
    world.shops[shop]
    return list(world.of("mails", shop))


def _method(world: World, shop: str, token: str, secret: str) -> Row:
    method = world.of("payment_methods", shop)[token]
    return method if secret == payment_updates.secret(method) else abort(404)


def _page(title: str, text: str = "", **values: Any) -> str:
    return render_template_string(PAGE, title=title, text=text, **values)
