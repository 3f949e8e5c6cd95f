"""Stock, notices, plans and Insights in German: numbers decide the form; what was kept in English is translated."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from shopify_app.channels import kept
from shopify_app.contracts.models import ContractImport
from shopify_app.insights import revenue
from shopify_app.kit.speech import known, speaking
from shopify_app.shops.models import Shop
from shopify_app.stock.policy import REST, SWAP, Terms
from shopify_app.web import language
from shopify_app.web.admin import plan_words, policy_words
from shopify_app.web.admin.stock import terms as stock_terms
from tests.web import rows, stock_rows
from tests.web.conftest import NOW, Admin
from tests.web.test_sendlog import NO_ADDRESS, connect, event

GERMAN = language.tongue("de")
DAY = timedelta(days=1)


def _said(admin: Admin, path: str) -> str:
    """The words of a page in German, on one line."""
    page = admin.get(path, **{language.HEADER: "de"}).text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))) + unescape(page)


def test_what_was_kept_in_english_is_said_in_german() -> None:
    refused = kept.REFUSED % {"error": "400 at /data"}
    assert refused == "Klaviyo refused it: 400 at /data" == known(refused)
    often = kept.FAILED_OFTEN % {"times": 8, "error": refused}
    with speaking(GERMAN):
        assert known(refused) == "Klaviyo hat es abgelehnt: 400 at /data"
        assert known(often) == "Es ist 8 Mal fehlgeschlagen: Klaviyo hat es abgelehnt: 400 at /data"
        assert known("100% our own words") == "100% our own words" and known(None) == ""
        assert kept.REFUSED % {"error": "x"} == "Klaviyo refused it: x", "what is stored is English"


def test_the_send_log_counts_in_german_and_says_why(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "parked", first_name="Jo", email=None)
    page = _said(admin, "/notices")
    assert "1 Ereignis konnte nicht gesendet werden" in page and "Sendeprotokoll" in page
    with speaking(GERMAN):
        assert known(NO_ADDRESS) in page and NO_ADDRESS not in page
    event(admin, 2, "parked", first_name="Meg", email=None)
    assert "2 Ereignisse konnten nicht gesendet werden" in _said(admin, "/notices")


def test_stock_is_told_in_german_by_the_number_and_the_day(admin: Admin) -> None:
    with admin.context.db.session() as session:
        stock_rows.item(session, admin.shop_id, 1, "House Blend", 1)
        for number, ahead in enumerate((2, 3), 1):
            stock_rows.subscriber(session, admin.shop_id, number, 1, [ahead])
    stock_rows.weigh(admin.context)
    page = _said(admin, "/stock")
    assert "1 Artikel" in page and "2 Abonnenten" in page and "Fr., 4. Dez. 2026" in page
    assert re.search(r"\d+ (Stück fehlt|Stück fehlen)", page)
    item = _said(admin, "/stock/1")
    assert "Jetzt 1 Stück vorhanden" in item and "Geht aus am Fr., 4. Dez. 2026." in item
    head = admin.get("/stock.csv", **{language.HEADER: "de"}).text.splitlines()[0]
    assert head.startswith("\ufeffProdukt,Variante,SKU,Stand,Jetzt vorhanden,Gebraucht in ")


def test_policies_and_plans_are_whole_german_sentences() -> None:
    found = Terms(action="ask", default=SWAP, allowed=(SWAP, REST), swap_variant_gid="gid://x", min_items=2)
    plan = plan_words.Terms("x", "WEEK", 2, 3, "PERCENTAGE", "12.5", anchor=1, cutoff=1, min_cycles=2)
    with speaking(GERMAN):
        said = stock_terms.sentences(found, "Dark Roast", "EUR")
        assert said[1] == "Ohne Antwort: Einen Ersatz senden." and "Dark Roast, Preis: Der niedrigere" in said[2]
        assert "Ein Rest wird ab 2 Artikeln gesendet." in policy_words.sentences(found, None)
        told = plan_words.sentences(plan, "EUR")
        assert told[0].startswith("Lieferung alle 2 Wochen immer am Montag; 3 Lieferungen")
        assert told[1] == "12,5\xa0% Rabatt." and "weniger als 1 Tag vor" in told[2] and "2 Zahlungen" in told[3]
        assert plan_words.name_of(plan) == "Alle 2 Wochen immer am Montag, 3 im Voraus bezahlt"
    assert plan_words.name_of(plan) == "Every 2 weeks on Mondays, 3 prepaid"


def test_insights_write_money_and_months_as_germans_do(admin: Admin) -> None:
    with admin.context.db.session() as session:
        shop = session.get_one(Shop, admin.shop_id)
        times = {"started_at": NOW, "finished_at": NOW, "next_slice_at": NOW}
        session.add(ContractImport(shop_id=shop.id, phase="done", contracts_done=0, **times))
        rows.contract(session, shop.id, 1)
        revenue.count(session, shop, NOW - DAY)
    page = _said(admin, "/insights")
    assert "1 aktives Abonnement bringt 18,00\xa0$ im Monat." in page
    assert "Gezählt seit Mo., 30. Nov. 2026." in page and "1 active" not in page
