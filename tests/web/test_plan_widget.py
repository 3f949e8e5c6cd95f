"""The likeness of the theme's block on the plan page says what the block itself says, in its marks and its style."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from sandbox.faces.storefront import theme
from shopify_app.plans.terms import AMOUNT, PRICE, Terms
from tests.support.app import ROOT
from tests.web.conftest import Admin
from tests.web.test_plans import FOUR_WEEKS, _offer

TRIAL = Terms("Try it", "WEEK", 2, discount=PRICE, value="5", first=2, later=PRICE, later_value="12")
DEAR = replace(FOUR_WEEKS, name="No saving", discount="NONE", value="")
PLANS = (FOUR_WEEKS, TRIAL, replace(FOUR_WEEKS, name="Less", discount=AMOUNT, value="1.50"), DEAR)


def _said(html: str) -> list[tuple[str, str, str]]:
    """Name, price and words of each choice."""
    texts = [
        re.findall(rf'perennial__{part}"[^>]*>(.*?)</span>', html, re.DOTALL) for part in ("name", "price", "saving")
    ]
    texts = [[unescape(each).replace("\xa0", " ").strip() for each in found] for found in texts]
    return list(zip(*texts, strict=True))


def _product() -> dict[str, object]:
    """A coffee at $16 with the plans, by Liquid's names; prices worked out by hand."""
    worked = {"Every 4 weeks": [1360], "Try it": [500, 1200], "Less": [1450], "No saving": [1600]}
    plans = [
        {
            "id": at,
            "name": each.name,
            "price_adjustments": [{"order_count": each.first}, {}][: len(worked[each.name])],
        }
        for at, each in enumerate(PLANS, 1)
    ]
    allocations = [
        {"price": cents[0], "per_delivery_price": cents[0], "selling_plan": plan}
        | {"price_adjustments": [{"price": each} for each in cents]}
        for plan, cents in zip(plans, worked.values(), strict=True)
    ]
    variant = {"id": 9, "price": 1600, "available": True, "selling_plan_allocations": allocations}
    groups = [{"name": "Save", "selling_plans": plans}]
    return {"selected_or_first_available_variant": variant, "variants": [variant], "selling_plan_groups": groups}


def test_it_says_what_the_block_says(admin: Admin):
    _offer(admin, *PLANS)
    ours = _said(admin.get("/plans/71").text)
    assert ours == _said(theme.draw("subscribe", "/", "en", "USD", {}, product=_product()))
    assert ours[2] == ("Try it", "$5.00", "2 orders at $5.00, then $12.00")


def test_its_words_are_the_blocks_in_german_too(admin: Admin):
    _offer(admin, *PLANS)
    html = unescape(admin.get("/plans/71?locale=de").text)
    words = json.loads((ROOT / "extensions/storefront/locales/de.json").read_text())["subscribe"]
    assert words["heading"] in html and words["one_time"] in html
    assert words["save"].replace("{{ amount }}", "2,40\xa0$") in html


def test_it_has_the_blocks_style_and_leads_into_the_theme_editor(admin: Admin):
    _offer(admin, FOUR_WEEKS)
    assert (ROOT / "shopify_app/web/static/storefront.css").read_text() == (
        ROOT / "extensions/storefront/assets/perennial.css"
    ).read_text()
    html = unescape(admin.get("/plans/71").text)
    editor = re.search(r'href="([^"]*/themes/current/editor[^"]*)"', html)
    assert editor and editor[1].endswith("template=product&addAppBlockId=client-id/subscribe&target=mainSection")
    assert (ROOT / "extensions/storefront/blocks/subscribe.liquid").is_file()


@pytest.mark.parametrize("group", ["72", "x"])
def test_another_group_has_none(admin: Admin, group: str):
    assert "perennial__choice" not in admin.get(f"/plans/{group}").text
