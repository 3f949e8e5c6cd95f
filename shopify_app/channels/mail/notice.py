"""A fact as a mail to its shopper: the words are those of the starter mail that Klaviyo would have sent.

Rendered once from the same properties, in the shopper's language, with the signed links.
"""

from __future__ import annotations

from dataclasses import replace

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.events.told import BY_KIND, Event
from shopify_app.channels.klaviyo.mails.written import MAILS
from shopify_app.channels.klaviyo.render import event
from shopify_app.channels.klaviyo.shelf import Shelf
from shopify_app.channels.klaviyo.story import Around, CannotRender
from shopify_app.channels.mail.page import filled
from shopify_app.channels.mail.plain import plain
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

_BY_SLUG = {mail.slug: mail for mail in MAILS}


def written(shop: Shop, sender_name: str, fact: Fact, around: Around, shelf: Shelf) -> Json:
    """Return `recipient`, `language`, `subject`, `plain` and `html`. Raises CannotRender with the reason.

    `sender_name`: whom the shopper knows the shop as; empty for the shop's own name.
    """
    attributes = event(shop, fact, replace(around, is_read_here=True), shelf, backfill=False)["data"]["attributes"]
    person, properties = attributes["profile"]["data"]["attributes"], attributes["properties"]
    if not person.get("email"):
        raise CannotRender(N_("the shopper has no mail address"))
    language = words.language(words.locale_of(properties["Locale"]))
    name = sender_name or properties["ShopName"]
    subject, html = _filled(BY_KIND[fact.kind], language, properties, person.get("first_name"), name)
    return {
        "recipient": person["email"],
        "language": language,
        "subject": subject,
        "plain": plain(html),
        "html": html,
    }


def example(event: Event, sender_name: str, language: str) -> tuple[str, str]:
    """Return subject and HTML of the mail about an event's example."""
    return _filled(event, language, event.example(), None, sender_name)


def _filled(event: Event, language: str, properties: Json, first_name: str | None, sender: str) -> tuple[str, str]:
    mail = _BY_SLUG[event.slug]
    variables = {"event": properties, "person": {"first_name": first_name}, "organization": {"name": sender}}
    html = filled(mail.html(event, language), variables, is_html=True)
    return filled(mail.subject[language], variables, is_html=False), html
