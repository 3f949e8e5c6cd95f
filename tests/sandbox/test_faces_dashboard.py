"""The dashboard in a browser: the buttons that change the world, against the sandbox's own control API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask, jsonify

from sandbox.seeds import tiny
from sandbox.server import Server
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from tests.browser.framed_app import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
AXE = Path("node_modules/axe-core/axe.min.js")
PAGES = ["", "ledger", "violations", "deliveries", "requests", "faults", "store/rosebud-coffee",
         "store/rosebud-coffee/orders", "klaviyo/inbox", "mail/inbox"]  # fmt: skip


@pytest.fixture
def idle_app() -> Iterator[Served]:
    """An app that never has anything left to do."""
    app = Flask("idle-app")
    app.add_url_rule("/readyz", view_func=lambda: jsonify(ready=True, idle=True, waiting={}))
    served = Served(app)
    yield served
    served.stop()


@pytest.fixture
def sandbox(idle_app: Served) -> Iterator[Server]:
    """A tiny world, frozen on 1 December 2026, 09:00 UTC."""
    world = World(config=AppConfig(url=idle_app.url))
    with world.locked():
        tiny.grow(world, contracts=2)
    server = Server(world)
    server.start()
    yield server
    server.stop()


def test_advancing_a_day_moves_business_time_and_shows_the_verdict(page: Page, sandbox: Server) -> None:
    page.goto(sandbox.url)
    page.get_by_text("1 Dec 2026, 09:00 UTC").wait_for()
    page.get_by_role("button", name="Advance a day").click()
    page.get_by_text("2 Dec 2026, 09:00 UTC").wait_for()
    page.get_by_text("0 twice").wait_for()
    assert sandbox.world.now().isoformat() == "2026-12-02T09:00:00+00:00"


def test_an_app_that_is_gone_stops_the_clock_with_its_name(page: Page, sandbox: Server, idle_app: Served) -> None:
    idle_app.stop()
    page.goto(sandbox.url)
    page.get_by_role("button", name="Advance an hour").click()
    page.get_by_text("/readyz?idle=1").wait_for()
    page.get_by_role("button", name="Stop here").click()
    page.get_by_role("button", name="Stop here").wait_for(state="hidden")


def test_the_clock_can_be_let_run(page: Page, sandbox: Server) -> None:
    page.goto(sandbox.url)
    page.get_by_text("frozen", exact=True).wait_for()
    page.get_by_role("button", name="Let it run").click()
    page.get_by_text("running", exact=True).wait_for()


def test_knobs_turn_and_return(page: Page, sandbox: Server) -> None:
    page.goto(f"{sandbox.url}/faults")
    page.get_by_label("Loss").fill("0.2")
    page.get_by_label("Loss").press("Enter")
    page.get_by_text("Loss is now 0.2.").wait_for()
    assert sandbox.world.faults["webhooks"]["loss"] == 0.2
    page.get_by_label("Per payment method").fill('{"*": "CARD_DECLINED"}')
    page.locator("form", has=page.get_by_label("Per payment method")).get_by_role("button", name="Set").click()
    page.get_by_text('{"*":"CARD_DECLINED"}.').wait_for()
    page.get_by_label("Per payment method").fill("nonsense")
    page.locator("form", has=page.get_by_label("Per payment method")).get_by_role("button", name="Set").click()
    page.get_by_text("was not changed").wait_for()
    page.get_by_role("button", name="Everything works again").click()
    page.get_by_label("Loss").and_(page.locator('[value="0.0"]')).wait_for()
    assert sandbox.world.faults["outcomes"] == {}


def test_the_app_is_uninstalled_and_installed_again_from_the_admin(page: Page, sandbox: Server) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{sandbox.url}/store/rosebud-coffee")
    page.get_by_role("button", name="Uninstall").click()
    page.get_by_text("Not installed").wait_for()
    assert not sandbox.world.is_installed(tiny.SHOP)
    page.get_by_role("button", name="Install Perennial").click()
    page.wait_for_url("**/apps/perennial")
    assert sandbox.world.is_installed(tiny.SHOP)


def test_no_page_has_a_serious_accessibility_fault_or_scrolls_sideways(page: Page, sandbox: Server) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    for path in PAGES:
        page.goto(f"{sandbox.url}/{path}")
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.impact]))")
        assert (path, [v for v in found if v[1] in ("serious", "critical")]) == (path, [])
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)
