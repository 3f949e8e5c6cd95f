"""The stand-ins under htmx, with which the app swaps its pages: what it sends, and what survives a swap."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.framed_app import FramedApp
from tests.browser.test_stand_ins import FORM, framed, open_app, run

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["framed"]
pytestmark = pytest.mark.browser
SWAPPED = """<s-table><s-table-header-row><s-table-header>Sum</s-table-header></s-table-header-row>
  <s-table-body><s-table-row><s-table-cell id="c">$2</s-table-cell></s-table-row></s-table-body></s-table>
  <form id="f"><s-choice-list name="a" label="A"><s-choice value="1" selected>One</s-choice></s-choice-list>
  <s-checkbox name="b" label="B" checked></s-checkbox></form>"""
HTMX = Path("node_modules/htmx.org/dist/htmx.min.js")


def with_htmx(page: Page, framed: FramedApp, body: str) -> None:
    """Open the page with htmx on it."""
    open_app(page, framed, body)
    frame = page.frame(name="app-iframe")
    assert frame
    frame.add_script_tag(path=HTMX)


def test_htmx_sends_the_fields_of_a_form_with_a_token(page: Page, framed: FramedApp) -> None:
    form = FORM.split("<script>")[0].replace("<form ", '<form hx-post="/api" hx-swap="none" ')
    with_htmx(page, framed, form)
    page.frame_locator("#app").get_by_label("Title").fill("Beans")
    page.frame_locator("#app").get_by_role("button", name="Send").click()
    page.frame(name="app-iframe").wait_for_function("performance.getEntriesByName(location.origin + '/api').length")  # type: ignore[union-attr]
    sent = framed.heard[-1]
    assert not sent["refused"]
    assert ["title", "Beans"] in sent["form"] and [v for k, v in sent["form"] if k == "which"] == ["x", "y"]


def test_htmx_reads_a_field_that_stands_alone(page: Page, framed: FramedApp) -> None:
    with_htmx(
        page,
        framed,
        """<s-select name="every" label="Every" hx-post="/api" hx-trigger="change" hx-swap="none">
      <s-option value="w">Week</s-option><s-option value="m">Month</s-option></s-select>""",
    )
    page.frame_locator("#app").get_by_label("Every").select_option("m")
    page.frame(name="app-iframe").wait_for_function("performance.getEntriesByName(location.origin + '/api').length")  # type: ignore[union-attr]
    assert framed.heard[-1]["form"] == [["every", "m"]]


def test_a_swapped_in_table_and_form_are_alive(page: Page, framed: FramedApp) -> None:
    with_htmx(page, framed, """<div id="place"></div>""")
    run(page, f"htmx.swap({{target: '#place', swap: 'innerHTML', text: `{SWAPPED}`}}), 1")
    frame = page.frame(name="app-iframe")
    assert frame
    frame.wait_for_selector("#c")
    frame.wait_for_function("c.shadowRoot.querySelector('.label').textContent === 'Sum'")
    assert run(page, "new URLSearchParams(new FormData(f)).toString()") == "a=1&b=on"
    assert run(page, "c.getAttribute('role')") == "cell"
