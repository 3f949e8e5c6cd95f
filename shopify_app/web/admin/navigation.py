"""The merchant's pages as one tree: the menu in a merchant's order, and under each entry its pages as tabs.

A page is known by its template and not by its address: the answer to a form draws the same page at another one.
Shopify's admin lists the menu (`s-app-nav`) and marks the entry whose address the page's own begins with, so pages
under one entry share the beginning of their addresses; only those of Home do not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for

from shopify_app.kit.speech import N_


class Tab(NamedTuple):
    """A page that is chosen directly: its view's endpoint, its name on the tab, and its template."""

    endpoint: str
    label: str
    template: str


class Section(NamedTuple):
    """An entry of the menu, which opens the first of its pages."""

    label: str
    tabs: tuple[Tab, ...]


SECTIONS = (
    Section(
        N_("Home"),
        (
            Tab("admin.home", N_("Today"), "home/page.html"),
            Tab("admin.tasks", N_("Tasks"), "tasks/page.html"),
            Tab("admin.comparison", N_("Comparison with Shopify"), "comparison/page.html"),
        ),
    ),
    Section(
        N_("Subscriptions"),
        (
            Tab("admin.contracts", N_("All subscriptions"), "contracts/page.html"),
            Tab("admin.bulk_list", N_("Bulk changes"), "bulk/list.html"),
        ),
    ),
    Section(
        N_("Payments"),
        (
            Tab("admin.payments", N_("Failed charges"), "payments/page.html"),
            Tab("admin.at_risk", N_("At risk"), "payments/at_risk.html"),
            Tab("admin.ladder_list", N_("After a failed charge"), "ladders/page.html"),
        ),
    ),
    Section(
        N_("Stock"),
        (
            Tab("admin.stock", N_("Items"), "stock/page.html"),
            Tab("admin.stock_policies", N_("When something is missing"), "stock/policies.html"),
            Tab("admin.stock_telling", N_("How we tell them"), "stock_telling/page.html"),
        ),
    ),
    Section(
        N_("Fulfillment"),
        (
            Tab("admin.feed", N_("Changes"), "feed/page.html"),
            Tab("admin.upcoming", N_("Upcoming"), "fulfillment/upcoming.html"),
            Tab("admin.pick_plan", N_("Pick plan"), "fulfillment/pick.html"),
            Tab("admin.fulfillment_settings", N_("Cutoff, digest and keys"), "fulfillment/settings.html"),
        ),
    ),
    Section(
        N_("Notices"),
        (
            Tab("admin.send_log", N_("Send log"), "sendlog/page.html"),
            Tab("admin.mail_log", N_("Mail log"), "mail/log.html"),
            Tab("admin.events", N_("Events"), "events/page.html"),
            Tab("admin.flow", "Shopify Flow", "flow/page.html"),
        ),
    ),
    Section(N_("Plans"), (Tab("admin.plans", N_("Plans"), "plans/page.html"),)),
    Section(N_("Insights"), (Tab("admin.insights", N_("Insights"), "insights/page.html"),)),
    Section(
        N_("Settings"),
        (
            Tab("admin.settings", N_("General"), "settings/page.html"),
            Tab("admin.rules", N_("What shoppers may change"), "rules/page.html"),
            Tab("admin.leaving", N_("When shoppers leave"), "leaving/page.html"),
            Tab("admin.privacy_requests", N_("Privacy requests"), "privacy/page.html"),
        ),
    ),
)
"""Home is the app's own name in Shopify's menu and not listed below it."""
_OF = {tab.template: section for section in SECTIONS for tab in section.tabs}


def menu() -> list[dict[str, Any]]:
    """Return the entries of the menu: label, href, and whether it is the home page."""
    return [
        {"label": section.label, "href": url_for(section.tabs[0].endpoint), "is_home": section is SECTIONS[0]}
        for section in SECTIONS
    ]


def tabs(template: str) -> dict[str, Any] | None:
    """Return the tabs that stand above a page, with this one marked; None for a page that is reached from another."""
    section = _OF.get(template)
    if section is None or len(section.tabs) == 1:
        return None
    shown = [
        {"label": tab.label, "href": url_for(tab.endpoint), "is_here": tab.template == template}
        for tab in section.tabs
    ]
    return {"label": section.label, "tabs": shown}
