"""The Shopify admin of one shop: the app in its frame, and a few pages to look around in.

What the frame needs while it lives (tokens, the resource picker, whether the app answers at all) is read from
``/store/<handle>/_…``; the scripts in ``static/admin`` speak with App Bridge.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.faces import reading
from sandbox.faces.launch import app_answers, frame_address
from sandbox.wire.id_tokens import STAFF_USER, mint_id_token
from sandbox.world import World
from sandbox.world.store import Row

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""What a person may have chosen for the admin; the sandbox's own frame stays English."""
LANGUAGE = "sandbox-admin-language"
LISTS = ("orders", "products", "customers", "subscriptions")


def add_admin(blueprint: Blueprint, world: World) -> None:
    """Serve ``/store/<handle>`` and what is below it."""
    _add_pages(blueprint, world)
    _add_app(blueprint, world)
    _add_data(blueprint, world)


def shop_of(world: World, handle: str) -> Row:
    """The shop with this admin handle; answers 404 for an unknown one."""
    with world.locked():
        shop = world.shop(f"{handle}.myshopify.com")
    return shop or abort(404, f"the sandbox has no shop {handle!r}")


def _add_pages(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/store/<handle>")
    def admin_home(handle: str) -> str:
        shop = shop_of(world, handle)
        with world.locked():
            counts = {name: len(world.of(reading.KINDS[name], shop["id"])) for name in LISTS}
        return page("admin/home.html", world, shop, here="home", counts=counts)

    @blueprint.get(f"/store/<handle>/<any({', '.join(LISTS)}):noun>")
    @blueprint.get(f"/store/<handle>/<any({', '.join(LISTS)}):noun>/<number>")
    def admin_list(handle: str, noun: str, number: str | None = None) -> str:
        shop = shop_of(world, handle)
        with world.locked():
            table = reading.listing(world, shop, noun, only=number)
        return page("admin/list.html", world, shop, here=noun, table=table, noun=noun)


def _add_app(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/store/<handle>/apps/<app>")
    @blueprint.get("/store/<handle>/apps/<app>/")
    @blueprint.get("/store/<handle>/apps/<app>/<path:path>")
    def admin_app(handle: str, app: str, path: str = "") -> str | AnyResponse:
        shop = shop_of(world, handle)
        if app == world.config.api_key:  # App Bridge knows the app by its key only
            query = f"?{request.query_string.decode()}" if request.query_string else ""
            return redirect(f"/store/{handle}/apps/{world.config.handle}/{path}{query}")
        if app != world.config.handle:
            abort(404, f"the sandbox has no app {app!r}")
        if not world.is_installed(shop["id"]):
            return page("admin/install.html", world, shop, here="app")
        address = frame_address(world, shop["id"], path, request.args.to_dict(), language())
        return page("admin/app.html", world, shop, here="app", address=address)

    @blueprint.post("/store/<handle>/_language")
    def admin_language(handle: str) -> AnyResponse:
        shop_of(world, handle)
        chosen = request.form.get("language", "")
        if chosen not in LANGUAGES:
            abort(400, "the sandbox's admin does not know this language")
        answer = redirect(f"/store/{handle}/apps/{world.config.handle}")
        answer.set_cookie(LANGUAGE, chosen, samesite="Lax")
        return answer


def language() -> str:
    """The language of the person at the admin, with which Shopify opens apps."""
    return request.cookies.get(LANGUAGE, "en")


def _add_data(blueprint: Blueprint, world: World) -> None:
    @blueprint.get("/store/<handle>/_token")
    def admin_token(handle: str) -> Response:
        shop = shop_of(world, handle)
        if not world.is_installed(shop["id"]):
            abort(404, "the app is not installed in this shop")
        return _fresh({"token": mint_id_token(world, shop["id"]), "url": world.config.url})

    @blueprint.get("/store/<handle>/_staff")
    def admin_staff(handle: str) -> Response:
        shop = shop_of(world, handle)
        scopes = sorted(world.install_of(shop["id"]).get("scopes", []))
        user = {"id": STAFF_USER, "name": shop["owner"], "email": shop["email"], "accountAccess": "full"}
        asked = sorted(world.config.scopes)
        return _fresh({"user": user, "scopes": {"granted": scopes, "required": asked, "optional": []}})

    @blueprint.get("/store/<handle>/_pick")
    def admin_pick(handle: str) -> Response:
        shop = shop_of(world, handle)
        kind, words = request.args.get("type", ""), request.args.get("query", "")
        if kind not in reading.PICKABLE:
            abort(400, f"the picker has no resource type {kind!r}")
        with world.locked():
            return _fresh({"items": reading.PICKABLE[kind](world, shop["id"], words)})

    @blueprint.get("/store/<handle>/_probe")
    def admin_probe(handle: str) -> Response:
        shop_of(world, handle)
        return _fresh(app_answers(world.config.url))


def page(template: str, world: World, shop: Row, **more: Any) -> str:
    """An admin page: the shop and the app are in the frame around each of them."""
    handle = shop["id"].removesuffix(".myshopify.com")
    with world.locked():
        others = [row for row in world.shops if row["id"] != shop["id"]]
        installed = world.is_installed(shop["id"])
    return render_template(
        template,
        shop=shop,
        handle=handle,
        others=others,
        app=world.config,
        installed=installed,
        language=language(),
        languages=LANGUAGES,
        **more,
    )


def _fresh(body: dict[str, Any]) -> Response:
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer
