"""The Polaris stand-ins against Shopify's published list of elements: no name of ours, no attribute they lack."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.faces.cdn import script

if TYPE_CHECKING:
    from playwright.sync_api import Page

ELEMENTS = Path("node_modules/@shopify/polaris-types/dist/custom-elements.json")
LEFT_OUT = {"s-color-field", "s-color-picker", "s-date-picker", "s-drop-zone"}  # sandbox/faces/README.md
OURS = {"role"}  # put back when a page swap takes it away

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, Any]]:
    """Tag name → declaration of @shopify/polaris-types."""
    modules = json.loads(ELEMENTS.read_text())["modules"]
    return {d["tagName"]: d for m in modules for d in m["declarations"] if d.get("tagName")}


@pytest.fixture
def stand_ins(page: Page) -> dict[str, dict[str, list[str]]]:
    """Tag name → attributes and slots of ours, as the browser sees them."""
    page.set_content("<!doctype html><title>Stand-ins</title>")
    page.add_script_tag(content=script("polaris.js"))
    tags = sorted(set(re.findall(r'"(s-[a-z-]+)": [A-Z]', script("polaris.js"))))
    found: dict[str, dict[str, list[str]]] = page.evaluate(
        """(tags) => Object.fromEntries(tags.map((tag) => {
          const slots = [...document.createElement(tag).shadowRoot.querySelectorAll("slot")];
          const attributes = customElements.get(tag).observedAttributes;
          return [tag, { attributes, slots: slots.map((slot) => slot.name).filter(Boolean) }]; }))""",
        tags,
    )
    return found


def test_every_published_element_is_there_or_listed_as_left_out(
    published: dict[str, Any], stand_ins: dict[str, Any]
) -> None:
    assert set(stand_ins) == set(published) - LEFT_OUT


def test_no_stand_in_knows_an_attribute_or_slot_that_shopifys_lacks(
    published: dict[str, Any], stand_ins: dict[str, Any]
) -> None:
    invented = []
    for tag, ours in stand_ins.items():
        attributes = {a["name"] for a in published[tag].get("attributes", [])} | OURS
        slots = {s["name"] for s in published[tag].get("slots", [])}
        invented += [f"{tag} {name}" for name in ours["attributes"] if name not in attributes]
        invented += [f"{tag} slot {name}" for name in ours["slots"] if name not in slots]
    assert invented == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_a_page_never_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    cells = "".join("<s-table-cell>A rather long cell of words</s-table-cell>" for _ in range(6))
    heads = "".join("<s-table-header>Heading</s-table-header>" for _ in range(6))
    page.set_content(f"""<!doctype html><meta name="viewport" content="width=device-width"><s-page heading="All">
      <s-button slot="primary-action">Make one</s-button><s-section heading="Wide"><s-table>
      <s-table-header-row>{heads}</s-table-header-row><s-table-body><s-table-row>{cells}</s-table-row></s-table-body>
      </s-table><s-text-field label="A"></s-text-field></s-section></s-page>""")
    page.add_script_tag(content=script("polaris.js"))
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_narrow_table_becomes_cards_that_name_their_columns(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.set_content("""<s-table><s-table-header-row><s-table-header listslot="primary">Name</s-table-header>
      <s-table-header>Sum</s-table-header></s-table-header-row><s-table-body><s-table-row id="r">
      <s-table-cell>One</s-table-cell><s-table-cell id="c">$2</s-table-cell></s-table-row></s-table-body>
      </s-table>""")
    page.add_script_tag(content=script("polaris.js"))
    assert page.evaluate("getComputedStyle(r).display") == "flex"
    assert page.evaluate("c.shadowRoot.querySelector('.label').innerText") == "Sum"
    page.set_viewport_size({"width": 900, "height": 800})
    assert page.evaluate("getComputedStyle(r).display") == "table-row"


def test_a_row_passes_its_click_to_its_delegate(page: Page) -> None:
    page.set_content("""<s-table><s-table-body><s-table-row clickdelegate="go" id="r"><s-table-cell>
      <s-link id="go" href="#there">Go</s-link></s-table-cell><s-table-cell id="far">Far</s-table-cell></s-table-row>
      </s-table-body></s-table>""")
    page.add_script_tag(content=script("polaris.js"))
    page.locator("#far").click()
    assert page.evaluate("location.hash") == "#there"
