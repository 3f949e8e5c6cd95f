"""The merchant's pages in German: whose language it is, and that it is kept from page to page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale
from sqlalchemy import select

from shopify_app.billing import gates
from shopify_app.channels.mail import settings as mail
from shopify_app.edits.answers import WORDS, Refusal
from shopify_app.edits.bulk import work
from shopify_app.journal.models import Fact
from shopify_app.kit import speech
from shopify_app.orders.alignment import matters
from shopify_app.orders.alignment.models import OrderAlignment
from shopify_app.orders.alignment.wishes import NewAddress, Why
from shopify_app.shops.models import Shop
from shopify_app.web import format, language
from tests.web.conftest import Admin

GERMAN = {language.HEADER: "de"}


def test_the_language_is_that_of_the_person_in_the_admin(admin: Admin):
    page = admin.open("/settings?locale=de").text
    assert '<html lang="de">' in page and 'data-language="de"' in page
    assert 'data-ended="Ihre Sitzung ist abgelaufen. ' in page
    assert '<html lang="en">' in admin.open("/settings?locale=fr").text, "French is not spoken"
    assert '<html lang="en-GB">' in admin.open("/settings?locale=en-GB").text


def test_a_shop_chooses_one_language_for_pages_and_mails(admin: Admin):
    wrong = admin.post("/settings/language", language="fr")
    assert (wrong.status_code, "Choose one of the options." in wrong.text) == (422, True)
    assert admin.post("/settings/language").status_code == 422
    answer = admin.post("/settings/language", language="de")
    assert 'data-toast="Sprache gespeichert"' in answer.text and answer.headers["HX-Refresh"] == "true"
    assert "E-Mails an Ihr Team sind auf Deutsch, gewählt" in answer.text
    assert 'name="mail_language"' not in answer.text, "mails follow it"
    page = admin.open("/settings?locale=en-GB").text
    assert '<html lang="de">' in page and 'data-language="en-GB"' in page, "what Shopify says is kept for later"
    assert '<html lang="de-AT">' in admin.open("/settings?locale=de-AT").text
    assert "Einstellungen" in admin.get("/settings", **{language.HEADER: "en"}).text
    saved = admin.post("/settings/mail", staff="ops@rosebud.shop", fallback="off")
    assert saved.status_code == 200 and "HX-Refresh" not in admin.post("/settings/language", language="de").headers
    with admin.context.db.session() as session:
        assert mail.of(session, admin.shop_id).language == "en"
        assert mail.language(session, session.get_one(Shop, admin.shop_id)) == "de"
    admin.context.clock.instant += timedelta(minutes=1)
    answer = admin.post("/settings/language", language="shopify")
    assert 'data-toast="Language saved"' in answer.text and 'name="mail_language"' in answer.text
    assert "as Shopify does, chosen by you or your staff." in answer.text
    with admin.context.db.session() as session:
        told = session.scalars(select(Fact).where(Fact.kind == "language.changed").order_by(Fact.id)).all()
    assert [fact.after for fact in told] == [{"language": "de"}, {"language": None}], "the same again tells nothing"


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [("de-AT", "de-AT"), ("DE", "de"), ("de-XX", "de"), ("en", "en"), ("en-GB", "en-GB"), ("pt-BR", "en"),
     ("..", "en"), ("", "en"), (None, "en"), ("de\x00", "de"), ("d" * 5000, "en")],
)  # fmt: skip
def test_a_tag_is_read_with_its_region_or_as_english(tag: str | None, spoken: str):
    assert language.tongue(tag).tag == spoken


def test_values_are_written_as_german_and_austria_write_them():
    at = datetime(2026, 12, 3, 8, 5, tzinfo=UTC)
    with speech.speaking(language.tongue("de")):
        assert format.money(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
        assert format.moment(at) == "Do., 3. Dez. 2026, 08:05"
        assert format.count(5000) == "5.000"
        assert (format.percent(85), format.percent(12.56)) == ("85\xa0%", "12,6\xa0%")
        assert (format.plural(1, "order"), format.plural(1200, "order")) == ("1 Bestellung", "1.200 Bestellungen")
        assert format.relative_day(date(2026, 12, 4), date(2026, 12, 1)) == "in 3 Tagen"
        assert format.relative_day(date(2026, 11, 28), date(2026, 12, 1)) == "vor 3 Tagen"
        assert format.hour(14) == "14:00"
        weekly = {"interval": "WEEK", "intervalCount": 2, "anchors": [{"type": "WEEKDAY", "day": 1}]}
        assert format.beat(weekly) == "alle 2 Wochen immer am Montag"
    with speech.speaking(language.tongue("de-AT")):
        assert format.money(Decimal("1234.5"), "EUR") == "€\xa01.234,50"
    assert format.count(5000) == "5,000"
    assert (format.percent(85), format.percent(12.56)) == ("85%", "12.6%")


def test_words_of_a_table_are_said_when_they_are_shown():
    words = speech.N_("today")
    assert (words, f"{words}", str(words), words.capitalize()) == ("today", "today", "today", "Today")
    with speech.speaking(language.tongue("de")):
        assert (f"{words}", str(words), words.upper(), words + "!") == ("heute", "heute", "HEUTE", "heute!")
        assert {words: 1}["today"] == 1
    assert speech.spoken().locale == Locale("en", "US")


def test_stored_sentences_are_said_in_the_language_of_their_reader():
    stored = f"{matters.about(alignment(), Why.SHIPPED).words} Shopify's own words."
    assert stored.startswith("Order #1001 was to go to the subscription's new address. It has been shipped already.")
    refused = work.TRIED_OUT % {"tries": 12, "words": WORDS[Refusal.PAID]}
    assert speech.known(stored) == stored
    late = gates.LATE % {"day": speech.kept_day(date(2026, 11, 19)), "days": 7}
    earlier = late.replace("Thu, Nov 19, 2026", "2026-11-19")
    assert earlier != late and speech.known(earlier) == speech.known(late) == late, "also as it was stored earlier"
    for tag, said in (("de", "Fällig am Do., 19. Nov. 2026, "), ("en-GB", "Due on Thu, 19 Nov 2026, ")):
        with speech.speaking(language.tongue(tag)):
            assert speech.known(late).startswith(said) and speech.known(earlier) == speech.known(late)
    with speech.speaking(language.tongue("de")):
        assert speech.known(stored) == (
            "Bestellung #1001 sollte an die neue Adresse des Abonnements gehen. Sie ist schon versandt. "
            "Shopify's own words."
        )
        assert speech.known(refused) == "Es wurde 12 Mal versucht. Zuletzt: Dieser Termin ist schon bezahlt."
        assert (speech.known("100 % sure"), speech.known(None)) == ("100 % sure", "")


def alignment() -> OrderAlignment:
    return OrderAlignment(id=1, kind=NewAddress.name, order_name="#1001", contract_gid="c", order_gid="o")
