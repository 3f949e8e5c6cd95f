"""The merchant's pages in the admin's frame: checked by axe at two widths, and clicked through without a bounce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shopify_app.billing.models import BillingSettings
from tests.browser import shop_rows
from tests.browser.stage import HANDLE, Stage, backstage
from tests.web import rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = {
    "home": "/",
    "contracts": "/contracts",
    "contract": "/contracts/9005",
    "contract-parked": "/contracts/9004",
    "contract-nameless": "/contracts/9006",
    "contract-declined": "/contracts/9017",
    "changes": "/changes",
    "payments-at-risk": "/payments/at-risk",
    "rules": "/settings/rules",
    "settings": "/settings",
    "events": "/settings/klaviyo/events",
    "mail-log": "/settings/mail/log",
    "flow": "/settings/flow",
    "privacy": "/settings/privacy",
    "privacy-report": "/settings/privacy/71",
    "nothing-found": "/contracts?q=nobody",
    "filtered": "/contracts?q=ada&prepaid=no&next_from=soon",
    "view-new": "/contracts/views/new?q=ada",
    "bulk": "/contracts/bulk?show=ACTIVE",
    "bulk-cancel": "/contracts/bulk?do=cancel&show=ACTIVE",
    "bulks": "/contracts/bulks",
    "missing": "/contracts/1",
}


@pytest.fixture
def stage(page: Page, postgres_url: str, redis_url: str) -> Iterator[Stage]:
    """A shop with 64 contracts on December 1st, 9:00 in New York."""
    with backstage(postgres_url, redis_url) as (ctx, sandbox):
        with sandbox.world.locked():
            sandbox.world.clock.set(rows.NOW)
        with ctx.db.session() as session:
            shop = rows.shop(session, host=ctx.settings.host, seal=ctx.vault.seal)
            shop_rows.fill(session, shop)
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        yield Stage(page, sandbox.url, ctx)


def test_every_page_passes_axe_and_fits_a_phone(stage: Stage):
    for name, path in PAGES.items():
        stage.open(path)
        stage.shot(name)
        assert not stage.serious_issues(), name
        stage.shot(f"{name}-320", 320, 640)
        assert stage.width_overflow() <= 0, f"{name} is wider than 320 pixels"
        assert not stage.serious_issues(), f"{name} at 320"


def test_ten_clicks_and_back_without_a_bounce(stage: Stage):
    frame = stage.open("/")
    menu = stage.page.get_by_role("navigation")
    seen = []

    def arrived(heading: str, path: str) -> None:
        frame.get_by_role("heading", name=heading, exact=True).wait_for()
        stage.page.wait_for_url(f"**/store/{HANDLE}/apps/perennial{path}")
        assert stage.app.evaluate("document.activeElement.id") == "page", "focus goes to the new page"
        seen.append(heading)

    menu.get_by_role("link", name="Subscriptions").last.click()
    arrived("Subscriptions", "/contracts")
    frame.get_by_role("link", name="Mary Shelley").first.click()
    arrived("Subscription #9018", "/contracts/9018")
    frame.get_by_role("link", name="Subscriptions").click()
    arrived("Subscriptions", "/contracts")
    frame.get_by_role("link", name="Next").click()
    frame.get_by_role("link", name="Previous").click()
    frame.get_by_role("link", name="Next").wait_for()
    menu.get_by_role("link", name="Settings").click()
    arrived("Settings", "/settings")
    menu.get_by_role("link", name="Perennial").click()
    arrived("Rosebud Coffee", "")
    frame.get_by_role("link", name="Failed today").click()
    arrived("Subscriptions", "/contracts?show=failed")
    frame.get_by_role("row").nth(1).click()
    frame.get_by_role("heading", name="What happened").wait_for()
    title = stage.app.evaluate("document.title")
    assert title.startswith("Subscription #")
    menu.get_by_role("link", name="Settings").click()
    arrived("Settings", "/settings")

    stage.page.go_back()
    frame.get_by_role("heading", name="What happened").wait_for()
    assert stage.app.evaluate("document.title") == title
    stage.page.go_back()
    arrived("Subscriptions", "/contracts?show=failed")
    assert stage.bounces == 0


def test_reloading_the_frame_alone_bounces_once_and_finds_its_page_again(stage: Stage):
    frame = stage.open("/")
    frame.get_by_role("link", name="Failed today").click()
    frame.get_by_role("status").filter(has_text="4 subscriptions").wait_for()
    assert "id_token" not in stage.app.url
    stage.app.evaluate("setTimeout(() => location.reload())")
    stage.page.wait_for_function("document.body.dataset.bounces === '1'")
    frame.get_by_role("status").filter(has_text="4 subscriptions").wait_for()
    stage.page.wait_for_url("**/apps/perennial/contracts?show=failed")
    assert stage.bounces == 1


def test_typing_a_search_swaps_the_results_and_leaves_the_field_alone(stage: Stage):
    frame = stage.open("/contracts")
    field = frame.get_by_role("searchbox", name="Search")
    field.press_sequentially("hopper", delay=30)
    frame.get_by_role("status").filter(has_text="8 subscriptions").wait_for()
    assert field.input_value() == "hopper"
    field.press_sequentially(" 9001")
    frame.get_by_role("status").filter(has_text="1 subscription").wait_for()
    stage.page.wait_for_url("**/contracts?q=hopper+9001*")
    frame.get_by_role("link", name="Grace Hopper").click()
    frame.get_by_role("heading", name="Subscription #9001").wait_for()
    stage.page.go_back()
    frame.get_by_role("link", name="Grace Hopper").wait_for()
    assert field.input_value() == "hopper 9001"


def test_a_filter_answers_at_once(stage: Stage):
    frame = stage.open("/contracts")
    frame.get_by_role("link", name="Paused (3)", exact=True).wait_for()
    frame.get_by_label("Show").select_option("PAUSED")
    frame.get_by_role("status").filter(has_text="3 subscriptions").wait_for()
    stage.page.wait_for_url("**/contracts?*show=PAUSED*")
    # counted once, kept while somebody filters
    frame.get_by_role("link", name="Paused (3) (shown)", exact=True).wait_for()
    show = frame.get_by_label("Show")
    assert "Paused (3)" not in show.inner_text()
    frame.get_by_text("More filters").click()
    frame.locator("s-option", has_text="Paused (3)").wait_for(state="attached")
    assert show.input_value() == "PAUSED"
    frame.get_by_label("Payment").select_option("failing")
    stage.page.wait_for_url("**/contracts?*pay=failing*")


def test_a_wrong_setting_is_shown_at_its_field_and_a_right_one_saved(stage: Stage):
    frame = stage.open("/settings")
    field = frame.get_by_label("Catch up for so many days")
    field.fill("99")
    save = stage.page.get_by_role("button", name="Save", exact=True)
    save.click()
    frame.get_by_text("Enter a whole number from 0 to 30.").wait_for()
    assert field.input_value() == "99"
    stage.page.get_by_text("Nothing was saved").wait_for()
    field.fill("5")
    frame.get_by_label("Charges run at").select_option("6")
    save.click()
    stage.page.get_by_text("Settings saved").wait_for()
    frame.get_by_text("charges run at 6:00 AM (New York)").wait_for()
    with stage.ctx.db.session() as session:
        assert session.query(BillingSettings).one().catch_up_days == 5
    assert stage.bounces == 0


def test_stopping_charges_is_seen_on_home(stage: Stage):
    frame = stage.open("/settings")
    frame.get_by_role("button", name="Stop all charges").click()
    frame.get_by_text("Enter a reason, so that your colleagues know.").wait_for()
    frame.get_by_label("Reason").fill("prices are wrong")
    frame.get_by_role("button", name="Stop all charges").click()
    frame.get_by_role("button", name="Start charging again").wait_for()
    stage.page.get_by_role("navigation").get_by_role("link", name="Perennial").click()
    frame.get_by_text("Reason: prices are wrong").wait_for()
    stage.shot("stopped")
    assert not stage.serious_issues()


def test_a_shoppers_data_are_found_from_settings_and_kept_as_a_file(stage: Stage):
    frame = stage.open("/settings")
    frame.get_by_role("link", name="Privacy requests").first.click()
    frame.get_by_role("link", name="Data request").click()
    frame.get_by_role("cell", name="ada8@example.com").wait_for()
    with stage.page.expect_download() as arriving:
        frame.get_by_role("button", name="Download as JSON").click()
    assert arriving.value.suggested_filename == "data-of-customer-508-request-71.json"
    held = json.loads(Path(arriving.value.path()).read_text())
    assert held["data"]["shoppers"]["customer"][0]["email"] == "ada8@example.com"
    assert stage.bounces == 0


def test_a_file_that_does_not_come_is_said(stage: Stage):
    frame = stage.open("/settings/privacy/71")
    stage.page.route("**/report.json", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    frame.get_by_role("button", name="Download as JSON").click()
    stage.page.get_by_text("The file could not be fetched.").wait_for()


def test_a_server_that_is_gone_leaves_the_page_and_says_so(stage: Stage):
    frame = stage.open("/contracts")
    stage.page.route("**/contracts/9018", lambda route: route.abort())
    frame.get_by_role("link", name="Mary Shelley").first.click()
    stage.page.get_by_text("No answer. Check your connection").wait_for()
    stage.page.route("**/contracts/9010", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    frame.get_by_role("link", name="Mary Shelley").nth(1).click()
    stage.page.get_by_text("That did not work. Nothing was changed").wait_for()
    frame.get_by_role("heading", name="Subscriptions", exact=True).wait_for()


def test_a_merchant_reads_german_from_page_to_page_and_its_long_words_fit_a_phone(stage: Stage):
    frame = stage.open("/")
    stage.page.get_by_label("Your language").select_option("Deutsch")
    stage.page.wait_for_function("document.querySelector('#app')?.src.includes('locale=de')")
    frame.get_by_role("heading", name="Läuft alles?").wait_for()
    menu = stage.page.get_by_role("navigation")
    menu.get_by_role("link", name="Einstellungen").click()
    frame.get_by_role("heading", name="Zahlungen und Ankündigungen").wait_for()
    assert stage.app.evaluate("document.documentElement.lang") == "de"
    frame.get_by_label("So viele Tage nachholen").fill("99")
    frame.get_by_role("button", name="Speichern", exact=True).first.click()
    frame.get_by_text("Geben Sie eine ganze Zahl von 0 bis 30 ein.").wait_for()
    stage.page.get_by_text("Es wurde nichts gespeichert").wait_for()
    for name in ("home", "filtered", "contract", "settings"):
        stage.open(PAGES[name])
        stage.shot(f"{name}-de-320", 320, 640)
        assert stage.width_overflow() <= 0, f"{name} in German is wider than 320 pixels"
        assert not stage.serious_issues(), f"{name} in German at 320"
    stage.app.evaluate("location.reload()")
    frame.get_by_role("heading", name="Zahlungen und Ankündigungen").wait_for()
    assert stage.app.evaluate("document.documentElement.lang") == "de", "a reload of the frame keeps the language"
    frame.get_by_label("Sprache für Ihr Team").select_option("English")
    frame.locator("#language").get_by_role("button", name="Speichern").click()
    menu.get_by_role("link", name="Settings").wait_for()  # the menu and the page are read anew
    frame.get_by_role("heading", name="Charges and notices").wait_for()
    assert stage.app.evaluate("document.documentElement.lang") == "en"
