"""The stand-ins for App Bridge and Polaris, driven in the admin's frame by a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask, jsonify

from sandbox.faces import make_blueprint
from sandbox.shopify import products, shops
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from tests.browser.framed_app import KEY, SECRET, FramedApp, Served, claims

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.browser
SHOP = "rosebud-coffee.myshopify.com"
AXE = Path("node_modules/axe-core/axe.min.js")

NAV = """<s-app-nav><s-link href="/" rel="home">Home</s-link><s-link href="/second">Second</s-link></s-app-nav>"""
FORM = """<form id="f" data-save-bar>
  <s-text-field name="title" label="Title" value="Club"></s-text-field>
  <s-number-field name="lead" label="Lead" value="3"></s-number-field>
  <s-email-field name="mail" label="E-mail"></s-email-field>
  <s-text-area name="note" label="Note" value="Hi"></s-text-area>
  <s-select name="every" label="Every">
    <s-option value="w">Week</s-option><s-option value="m" selected>Month</s-option></s-select>
  <s-checkbox name="on" label="Notices" value="yes" checked></s-checkbox>
  <s-checkbox name="off" label="Digest"></s-checkbox>
  <s-switch name="live" label="Live"></s-switch>
  <s-date-field name="day" label="Day" value="2026-12-01"></s-date-field>
  <s-choice-list name="when" label="When">
    <s-choice value="any" selected>Any day</s-choice><s-choice value="fixed">Fixed</s-choice></s-choice-list>
  <s-choice-list name="which" label="Which" multiple>
    <s-choice value="x" selected>X</s-choice><s-choice value="y" selected>Y</s-choice></s-choice-list>
  <fieldset disabled><s-text-field name="shut" label="Shut" value="never sent"></s-text-field></fieldset>
  <s-button type="submit">Send</s-button></form>
  <script>f.addEventListener("submit", async (e) => { e.preventDefault();
    const answer = await fetch("/api", { method: "POST", body: new URLSearchParams(new FormData(f)) });
    window.echoed = await answer.json(); });</script>"""
TABLE = """<s-table><s-table-header-row>
  <s-table-header>Name</s-table-header><s-table-header format="currency">Sum</s-table-header></s-table-header-row>
  <s-table-body><s-table-row><s-table-cell>One</s-table-cell><s-table-cell>$2.00</s-table-cell></s-table-row>
  </s-table-body></s-table>"""


@pytest.fixture
def framed() -> Iterator[FramedApp]:
    """An app in a shop's admin; ``framed.admin`` is where to open it."""
    app = FramedApp()
    world = World(config=AppConfig(api_key=KEY, api_secret=SECRET, url=app.served.url, scopes=("read_orders",)))
    shops.create(world, SHOP, install={"installed_at": world.now().isoformat(), "uninstalled_at": None, "scopes": []})
    for title in ("Sunrise Roast", "Midnight Decaf"):
        product = products.create(world, SHOP, title)
        products.add_variant(world, SHOP, product, "250 g", "12.00", sku=title[:3])
    flask = Flask("sandbox-under-test", static_folder=None)
    flask.register_blueprint(make_blueprint(world))
    flask.add_url_rule("/clock", view_func=lambda: jsonify(now=world.now().isoformat(), mode="running"))
    sandbox = Served(flask)
    world.origin = sandbox.url
    app.cdn = f"{sandbox.url}/cdn"
    app.admin = f"{sandbox.url}/store/rosebud-coffee/apps/perennial"
    yield app
    sandbox.stop()
    app.served.stop()


def open_app(page: Page, framed: FramedApp, body: str, path: str = "") -> FrameLocator:
    """Open the app's page in the admin and wait until App Bridge has said that it is there."""
    framed.page = body
    page.goto(framed.admin + path)
    page.locator("#loading").wait_for(state="hidden")
    return page.frame_locator("#app")


def run(page: Page, script: str) -> object:
    """Run JavaScript in the app's frame."""
    frame = page.frame(name="app-iframe")
    assert frame
    return frame.evaluate(script)


def test_fetch_carries_a_token_that_the_app_can_check(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    answer = run(page, "fetch('/api', {method: 'POST', body: new URLSearchParams({a: '1'})}).then((r) => r.json())")
    assert answer == {"shop": f"https://{SHOP}", "form": [["a", "1"]]}


def test_fetch_to_another_origin_carries_none(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    sent: list[str | None] = []
    page.on("request", lambda r: sent.append(r.headers.get("authorization")) if "polaris.js" in r.url else None)
    run(page, f"fetch('{framed.cdn}/shopifycloud/polaris.js').then((r) => r.status)")
    assert sent == [None]


def test_a_refused_fetch_is_tried_once_more_with_a_fresh_token_and_the_same_body(
    page: Page, framed: FramedApp
) -> None:
    open_app(page, framed, "<h1>App</h1>")
    framed.refuse_fetches = 1
    status = run(page, "fetch('/api', {method: 'POST', body: new URLSearchParams({a: '1'})}).then((r) => r.status)")
    assert status == 200
    first, second = framed.heard
    assert (first["refused"], second["refused"], second["body"]) == (True, False, "a=1")
    assert claims(first["token"])["jti"] != claims(second["token"])["jti"]  # type: ignore[index]


def test_a_fetch_refused_twice_stays_refused(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    framed.refuse_fetches = 5
    assert run(page, "fetch('/api').then((r) => r.status)") == 401
    assert len(framed.heard) == 2


def test_a_plain_link_bounces_once_and_arrives(page: Page, framed: FramedApp) -> None:
    app = open_app(page, framed, '<h1>App</h1><a id="go" href="/second?tab=2">Go</a>')
    app.locator("#go").click()
    page.wait_for_url("**/apps/perennial/second?tab=2")
    assert page.locator("body").get_attribute("data-bounces") == "1"
    assert "id_token" not in page.url


def test_an_app_that_refuses_every_token_is_reported_instead_of_bounced_for_ever(
    page: Page, framed: FramedApp
) -> None:
    framed.refuse_pages = True
    page.goto(framed.admin)
    page.get_by_text("refused a fresh token").wait_for()
    assert page.locator("body").get_attribute("data-bounces") == "3"


def test_an_app_that_is_down_is_named(page: Page, framed: FramedApp) -> None:
    framed.served.stop()
    page.goto(framed.admin)
    page.get_by_text("does not answer").wait_for()


def test_the_apps_menu_moves_the_frame_and_marks_where_it_is(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, NAV)
    menu = page.get_by_role("navigation", name="Shop")
    assert (
        menu.get_by_role("link", name="Second").get_attribute("href") == "/store/rosebud-coffee/apps/perennial/second"
    )
    menu.get_by_role("link", name="Second").click()
    page.wait_for_url("**/apps/perennial/second")
    assert menu.get_by_role("link", name="Second").get_attribute("aria-current") == "page"


def test_an_app_may_take_navigation_over(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, NAV)
    run(
        page,
        """document.addEventListener('shopify:navigate', (e) => { e.preventDefault();
        history.pushState({}, '', e.target.getAttribute('href') + '?host=x&id_token=y'); }), window.stayed = true""",
    )
    page.get_by_role("link", name="Second").click()
    page.wait_for_url("**/apps/perennial/second")
    assert run(page, "window.stayed") is True
    page.go_back()
    page.wait_for_url("**/apps/perennial")


def test_shopify_admin_addresses_open_the_admins_pages(page: Page, framed: FramedApp) -> None:
    app = open_app(page, framed, '<a id="go" href="shopify://admin/products" target="_top">Products</a>')
    app.locator("#go").click()
    page.wait_for_url("**/store/rosebud-coffee/products")
    assert page.get_by_role("cell", name="Sunrise Roast").is_visible()


def test_opened_outside_the_admin_the_app_goes_into_it(page: Page, framed: FramedApp) -> None:
    framed.page = "<h1>App</h1>"
    page.goto(framed.admin)
    src = page.locator("#app").get_attribute("src") or ""
    page.goto(src)
    page.wait_for_url("**/store/rosebud-coffee/apps/perennial")


def test_toasts_show_in_the_admin_and_call_back(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    run(page, "shopify.toast.show('Saved', {action: 'Undo', onAction: () => { window.undone = true; }}), 1")
    page.get_by_role("status").get_by_text("Saved").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Saved").wait_for(state="hidden")
    page.frame(name="app-iframe").wait_for_function("window.undone === true")  # type: ignore[union-attr]
    run(page, "shopify.toast.show('Broken', {isError: true, duration: 1000}), 1")
    page.locator(".toast[data-error]").wait_for()
    page.locator(".toast").wait_for(state="detached")


def test_a_modal_is_shown_by_app_bridge_and_closed_by_its_button(page: Page, framed: FramedApp) -> None:
    app = open_app(
        page,
        framed,
        """<s-modal id="m" heading="Cancel it?"><s-paragraph>For good.</s-paragraph>
      <s-button slot="secondary-actions" commandFor="m" command="--hide">Keep</s-button></s-modal>""",
    )
    run(page, "shopify.modal.show('m')")
    app.get_by_role("dialog", name="Cancel it?").wait_for()
    assert page.locator("#dim").is_visible()
    app.get_by_role("button", name="Keep").click()
    app.get_by_role("dialog").wait_for(state="hidden")
    assert page.locator("#dim").is_hidden()


def test_a_form_with_a_save_bar_saves_and_discards(page: Page, framed: FramedApp) -> None:
    app = open_app(page, framed, FORM)
    bar = page.get_by_role("region", name="Unsaved changes")
    app.get_by_label("Title").fill("Tea")
    bar.wait_for()
    bar.get_by_role("button", name="Discard").click()
    bar.wait_for(state="hidden")
    assert app.get_by_label("Title").input_value() == "Club"
    app.get_by_label("Title").fill("Beans")
    bar.get_by_role("button", name="Save").click()
    bar.wait_for(state="hidden")
    page.frame(name="app-iframe").wait_for_function("!!window.echoed")  # type: ignore[union-attr]
    assert ["title", "Beans"] in framed.heard[-1]["form"]


def test_leaving_with_unsaved_changes_asks_first(page: Page, framed: FramedApp) -> None:
    app = open_app(page, framed, NAV + FORM)
    app.get_by_label("Title").fill("Tea")
    page.get_by_role("region", name="Unsaved changes").wait_for()
    refusal = "shopify.saveBar.leaveConfirmation().then(() => 'left', () => 'stayed')"
    run(page, f"window.left = {refusal}, 1")
    page.get_by_role("button", name="Stay").click()
    assert run(page, "window.left") == "stayed"
    run(page, "document.querySelector('s-app-nav'), 1")
    page.get_by_role("navigation", name="Shop").get_by_role("link", name="Second").click(force=True)
    page.get_by_role("button", name="Leave page").click()
    page.wait_for_url("**/apps/perennial/second")


def test_a_save_bar_element_presses_its_buttons(page: Page, framed: FramedApp) -> None:
    open_app(
        page,
        framed,
        """<ui-save-bar id="bar"><button variant="primary" onclick="window.pressed = 'save'"></button>
      <button onclick="window.pressed = 'discard'"></button></ui-save-bar>""",
    )
    run(page, "shopify.saveBar.show('bar')")
    page.get_by_role("button", name="Save").click()
    page.frame(name="app-iframe").wait_for_function("window.pressed === 'save'")  # type: ignore[union-attr]
    run(page, "shopify.saveBar.hide('bar')")
    page.get_by_role("region", name="Unsaved changes").wait_for(state="hidden")


def test_the_resource_picker_returns_what_was_chosen(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    run(page, "shopify.resourcePicker({type: 'product', multiple: true}).then((r) => { window.picked = r; }), 1")
    dialog = page.get_by_role("dialog", name="Add products")
    dialog.get_by_label("Search products").fill("decaf")
    dialog.get_by_text("Sunrise Roast").wait_for(state="hidden")
    dialog.get_by_role("checkbox", name="Midnight Decaf").check()
    dialog.get_by_role("button", name="Add").click()
    page.frame(name="app-iframe").wait_for_function("!!window.picked")  # type: ignore[union-attr]
    assert run(page, "window.picked.selection.map((p) => [p.title, p.variants[0].price])") == [
        ["Midnight Decaf", "12.00"]
    ]


def test_a_cancelled_resource_picker_returns_nothing(page: Page, framed: FramedApp) -> None:
    open_app(page, framed, "<h1>App</h1>")
    run(page, "shopify.resourcePicker({type: 'product'}).then((r) => { window.picked = String(r); }), 1")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.frame(name="app-iframe").wait_for_function("window.picked === 'undefined'")  # type: ignore[union-attr]


@pytest.mark.parametrize("loading", ["defer", ""])
def test_fields_are_sent_like_native_ones(page: Page, framed: FramedApp, loading: str) -> None:
    framed.defer = loading
    app = open_app(page, framed, FORM)
    app.get_by_label("E-mail").fill("ada@rosebud-shopper.net")
    app.get_by_label("Every").select_option("w")
    app.get_by_role("checkbox", name="Notices").uncheck()
    app.get_by_role("switch", name="Live").check()
    app.get_by_role("radio", name="Fixed").check()
    app.get_by_role("checkbox", name="X").uncheck()
    app.get_by_role("button", name="Send").click()
    page.frame(name="app-iframe").wait_for_function("!!window.echoed")  # type: ignore[union-attr]
    assert dict(framed.heard[-1]["form"]) == {
        "title": "Club", "lead": "3", "mail": "ada@rosebud-shopper.net", "note": "Hi", "every": "w", "live": "on",
        "day": "2026-12-01", "when": "fixed", "which": "y",
    }  # fmt: skip


def test_enter_in_a_field_submits_its_form(page: Page, framed: FramedApp) -> None:
    app = open_app(page, framed, FORM)
    app.get_by_label("Lead").press("Enter")
    page.frame(name="app-iframe").wait_for_function("!!window.echoed")  # type: ignore[union-attr]
    assert [v for k, v in framed.heard[-1]["form"] if k == "which"] == ["x", "y"]


def test_no_serious_accessibility_fault_in_the_frame_or_around_it(page: Page, framed: FramedApp) -> None:
    badges = """<s-badge tone="success">Active</s-badge><s-badge tone="critical">Failed</s-badge>"""
    section = f"""<s-section heading="All">{TABLE}{badges}</s-section>"""
    banner = """<s-banner heading="Look">Here</s-banner>"""
    open_app(page, framed, f"""{NAV}<s-page heading="Contracts">{banner}{section}{FORM}</s-page>""")
    frame = page.frame(name="app-iframe")
    assert frame
    for place in (page.main_frame, frame):
        place.add_script_tag(path=AXE)
        found = place.evaluate("axe.run({iframes: false}).then((r) => r.violations.map((v) => [v.id, v.impact]))")
        assert [v for v in found if v[1] in ("serious", "critical")] == []
