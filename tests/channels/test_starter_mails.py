"""The starter mails: none shows a hole, whatever its event lacks, and each is what the catalogue would write now."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from sandbox.klaviyo import mail_language
from shopify_app.channels.klaviyo.document import STARTER, drawn
from shopify_app.channels.klaviyo.events.told import BY_SLUG, EVENTS, Event
from shopify_app.channels.klaviyo.mails.common import LANGUAGES
from shopify_app.kit.db import Json

every_mail = pytest.mark.parametrize(
    ("event", "language"), [(event, language) for event in EVENTS for language in LANGUAGES],
    ids=lambda value: value if isinstance(value, str) else value.slug,
)  # fmt: skip


def render(name: str, event: Json, **person: str) -> str:
    """A starter mail or subject as Klaviyo would show it."""
    variables = {"event": event, "person": person, "organization": {"name": "Rosebud Coffee"}}
    return mail_language.render((STARTER / name).read_text(), variables, is_html=name.endswith(".html"))


class Reader(HTMLParser):
    """A mail's text, its links, and what an accessible document needs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.headings, self.language, self.without_alt = "", [], [], "", 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"])
        if tag == "html":
            self.language = given["lang"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.without_alt += tag == "img" and "alt" not in given

    def handle_data(self, data: str) -> None:
        self.text += data


def test_nothing_that_is_drawn_from_the_catalogue_is_stale() -> None:
    stale = [str(path) for path, text in drawn().items() if not path.exists() or path.read_text() != text]
    assert not stale, "run: python -m shopify_app.channels.klaviyo.document"
    assert {path.name for path in STARTER.iterdir()} == {path.name for path in drawn() if path.parent == STARTER}


@every_mail
@pytest.mark.parametrize("is_sparse", [False, True], ids=["full", "sparse"])
def test_a_mail_shows_no_hole_and_says_what_it_is_about(event: Event, language: str, is_sparse: bool) -> None:
    said = event.example(sparse=is_sparse)
    html = render(f"{event.slug}.{language}.html", said)
    subject = render(f"{event.slug}.{language}.subject.txt", said)
    assert "{{" not in html + subject and "{%" not in html + subject
    assert subject.count("\n") == 1 and 10 < len(subject) < 80
    read = Reader(html)
    assert (read.language, read.headings[0], read.without_alt) == (language, 1, 0)
    assert read.headings == sorted(read.headings)
    assert "House Blend" in read.text or (is_sparse and event.kind == "order.changed")
    assert all(link.startswith("https://") for link in read.links)


@every_mail
def test_what_can_be_done_is_offered_when_it_can_be_done(event: Event, language: str) -> None:
    said = event.example()
    links = {value for name, value in said.items() if name.endswith("Url")}
    if event.kind in ("subscription.cancelled", "subscription.withdrawn", "subscription.expired"):
        links = set()
    assert set(Reader(render(f"{event.slug}.{language}.html", said)).links) == links


def test_the_shopper_is_greeted_by_name_or_without_one() -> None:
    event = EVENTS[0].example()
    assert "Hello Jo," in render("started-subscription.en.html", event, first_name="Jo")
    assert "Hello there," in render("started-subscription.en.html", event)
    assert "Guten Tag Jo," in render("started-subscription.de.html", event, first_name="Jo")
    assert "Guten Tag," in render("started-subscription.de.html", event)


def test_only_who_can_help_is_asked_to(event: Event = BY_SLUG["subscription-charge-failed"]) -> None:
    name = f"{event.slug}.en.html"
    assert "Please look at your payment method" in render(name, event.example())
    assert "You do not need to do anything." in render(name, event.example() | {"FailureKind": "transient"})


def test_a_missing_variable_would_fail() -> None:
    said = EVENTS[0].example()
    del said["FrequencyText"]
    with pytest.raises(mail_language.MailFailed, match="event has no FrequencyText"):
        render("started-subscription.en.html", said)
