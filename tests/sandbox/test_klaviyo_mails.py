"""The mails a flow sends, written in Klaviyo's language; a variable that is not there fails the mail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from klaviyo_api import KlaviyoAPI

from sandbox.__main__ import main
from sandbox.klaviyo import seed
from sandbox.klaviyo.testing import ServedKlaviyo, serve
from sandbox.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

UPCOMING = "Upcoming Subscription Order"
MAIL = """<!doctype html><html><head><title>Not to be read</title><style>p {}</style></head><body>
<h1>Hello {{ person.first_name|default:'there' }}</h1>
<p>{{ organization.name }} charges {{ event.OrderTotal }} on {{ event.ChargeDate }}.</p>
{% if event.SkipUrl %}<p><a href="{{ event.SkipUrl }}">Skip <b>this</b> order</a></p>{% endif %}
{% for item in event.Items %}<p>{{ item.Quantity }} × {{ item.ProductName }}</p>{% endfor %}
</body></html>"""
EVENT = {
    "ChargeDate": "December 5, 2026",
    "OrderTotal": "$93.20",
    "SkipUrl": "https://app.shop/links/skip?a=1&b=2",
    "Items": [{"ProductName": "Beans & Co", "Quantity": "2"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "en", MAIL, "{{ organization.name }} & you: {{ event.ChargeDate }}\n")
    write(tmp_path, "de", "<p>Abbuchung: {{ event.ChargeDate }}</p>", "Ihre Bestellung")
    return tmp_path


@pytest.fixture
def klaviyo(folder: Path) -> Iterator[ServedKlaviyo]:
    world = World()
    world.mail_templates = folder
    world.clock.freeze(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with serve(world) as served:
        yield served


def write(folder: Path, lang: str, html: str, subject: str) -> None:
    (folder / f"upcoming-subscription-order.{lang}.html").write_text(html)
    (folder / f"upcoming-subscription-order.{lang}.subject.txt").write_text(subject)


def arrive(klaviyo: ServedKlaviyo, metric: str = UPCOMING, person: Any = None, **event: Any) -> None:
    """One event, stored."""
    about = {"email": "jo@shopper.io", "first_name": "Jo"} if person is None else person
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": about}},
        "properties": EVENT,
        "unique_id": f"u-{len(klaviyo.of('accepted', seed.ROSEBUD))}",
        **event,
    }
    klaviyo.accept(klaviyo.credentials[seed.ROSEBUD_KEY], attributes, "r")
    klaviyo.advance()


def mails(klaviyo: ServedKlaviyo, query: str = "") -> list[dict[str, Any]]:
    answer = httpx.get(f"{klaviyo.url}/_control/mails/{seed.ROSEBUD}{query}", timeout=10)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def outcome(klaviyo: ServedKlaviyo, folder: Path, template: str, **properties: Any) -> str:
    """The text of a mail with this body, or why it failed."""
    write(folder, "en", template, "S")
    arrive(klaviyo, properties={"Name": "Beans", "Product Name": "Mug", **properties})
    mail = mails(klaviyo)[-1]
    return str(mail["reason"] or mail["text"])


def shopper_page(klaviyo: ServedKlaviyo) -> str:
    profile = klaviyo.of("profiles", seed.ROSEBUD).all()[0]["id"]
    return httpx.get(f"{klaviyo.url}/inbox/{seed.ROSEBUD}/{profile}", timeout=10).text


def test_an_event_sent_by_the_sdk_becomes_the_mail_a_shopper_reads(klaviyo: ServedKlaviyo) -> None:
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": UPCOMING}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": "jo@shopper.io"}}},
        "properties": EVENT,
    }
    api = KlaviyoAPI(seed.ROSEBUD_KEY, max_retries=1, test_host=klaviyo.url)
    api.Events.create_event({"data": {"type": "event", "attributes": attributes}}, _request_timeout=(3, 10))
    assert mails(klaviyo) == []
    klaviyo.advance()
    (mail,) = mails(klaviyo)
    assert (mail["to"], mail["metric"], mail["kind"]) == ("jo@shopper.io", UPCOMING, "mail")
    assert mail["subject"] == "Rosebud Coffee & you: December 5, 2026"
    assert mail["at"] == "2026-12-01T09:00:00+00:00"
    assert mail["text"].splitlines() == [
        "Hello there",
        "Rosebud Coffee charges $93.20 on December 5, 2026.",
        "Skip this order",
        "2 × Beans & Co",
    ]
    assert mail["links"] == [{"text": "Skip this order", "href": "https://app.shop/links/skip?a=1&b=2"}]
    assert "Beans &amp; Co" in mail["html"]


def test_the_language_is_the_events_then_the_profiles_then_english(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, properties={**EVENT, "Locale": "de-AT"})
    arrive(klaviyo, person={"email": "ada@shopper.io", "locale": "de"})
    arrive(klaviyo, person={"email": "bea@shopper.io", "properties": {"Locale": "de"}})
    arrive(klaviyo, properties={**EVENT, "Locale": "fr"})
    german = [mail["subject"] == "Ihre Bestellung" for mail in mails(klaviyo)]
    assert german == [True, True, True, False]


def test_a_mail_is_found_by_its_address_and_its_metric(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo)
    arrive(klaviyo, person={"email": "ada@shopper.io"})
    assert [mail["to"] for mail in mails(klaviyo, "?to=ada@shopper.io")] == ["ada@shopper.io"]
    assert mails(klaviyo, "?metric=Paused+Subscription") == []


def test_a_shopper_is_called_as_when_the_event_came(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo)
    arrive(klaviyo, person={"email": "jo@shopper.io", "first_name": "Josephine"})
    assert [mail["text"].splitlines()[0] for mail in mails(klaviyo)] == ["Hello Jo", "Hello Josephine"]


def test_what_triggers_no_flow_sends_no_mail_and_the_inbox_says_why(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, backfill=True)
    arrive(klaviyo, "Paused Subscription")
    assert mails(klaviyo) == []
    shown = shopper_page(klaviyo)
    assert "No mail: backfill." in shown
    assert "No mail: no flow for this metric." in shown


def test_a_shopper_without_an_address_gets_none(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, person={"phone_number": "+12015550123"})
    assert mails(klaviyo) == []
    assert "No mail: the profile has no e-mail address." in shopper_page(klaviyo)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ event.ChargeDate }}", "event has no ChargeDate"),
        ("{{ event.Zero }}", "event has no Zero"),  # sent, and dropped by Klaviyo
        ("{{ person.last_name }}", "person has no last_name"),
        ("{{ shop.name }}", "shop has no name"),
        ("{{ colour }}", "there is no colour"),
        ("{{ event.ChargeDate|upper }}", "event has no ChargeDate"),
        ("{{ event.ChargeDate|add:'1' }}", "event has no ChargeDate"),
        ("{{ event.ChargeDate|length }}", "event has no ChargeDate"),
        ("{{ event.ChargeDate|format_date_string|date:'F d, Y' }}", "event has no ChargeDate"),
        ("{{ event.ChargeDate|date:'F d, Y' }}", "event has no ChargeDate"),
        ("{{ event|lookup:'Charge Date' }}", "nothing is called Charge Date"),
        ("{{ event|lookup:'Charge Date'|upper }}", "nothing is called Charge Date"),
        ("{% for item in event.Items %}x{% endfor %}", "event has no Items"),
        ("{% for item in event.List %}{{ item.Name }}{{ item.ImageURL }}{% endfor %}", "item has no ImageURL"),
        ("{% if event.Name %}{{ event.ChargeDate }}{% endif %}", "event has no ChargeDate"),
        ("{{ event.Name|default:event.ChargeDate }}", "there is no ChargeDate"),
        ("{{ event.Name|date:'F d, Y' }}", "date needs a time, not the text 'Beans'"),
        ("{{ event.Name|format_date_string }}", "format_date_string cannot read 'Beans'"),
        ("{% if event.Name %}", "template: Unclosed tag"),
        ("{% load static %}", "template: 'static' is not a registered tag library"),
        ("{{ event.Name|nosuch }}", "template: Invalid filter: 'nosuch'"),
        ("{% include 'x' %}", "template: Klaviyo has no template x"),
    ],
)
def test_a_gap_fails_the_mail_and_says_what_is_missing(
    klaviyo: ServedKlaviyo, folder: Path, template: str, reason: str
) -> None:
    assert outcome(klaviyo, folder, template, Zero=0, List=[{"Name": "Beans"}]).startswith(reason)
    (mail,) = mails(klaviyo)
    assert (mail["kind"], mail["subject"], mail["html"]) == ("failed", None, None)
    assert "mail failed" in shopper_page(klaviyo)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% if event.ChargeDate %}yes{% else %}no{% endif %}", "no"),
        ("{% if event.ChargeDate == 'x' %}yes{% elif event.Name == 'Beans' %}beans{% endif %}", "beans"),
        ("{% if event|lookup:'Charge Date' %}yes{% else %}no{% endif %}", "no"),
        ("{{ event.ChargeDate|default:'soon' }}", "soon"),
        ("{{ event.ChargeDate|default:event.Name }}", "Beans"),
        ("{{ event|lookup:'Charge Date'|default:'soon' }}", "soon"),
        ("{{ event|lookup:'Product Name' }}", "Mug"),
        ("{% for item in event.Items %}x{% empty %}none{% endfor %}", "none"),
        ("{% for item in event.List %}{{ item }},{% endfor %}", "1,2,"),
        ("{{ event.When|format_date_string|date:'F d, Y' }}", "December 05, 2026"),
        ("{{ event.Price }} {{ event.IsPrepaid }}", "1234.5 False"),
        ("{# said to nobody #}{{ event.Name|upper }}", "BEANS"),
        ("{% unsubscribe 'No more' %}", "No more"),
    ],
)
def test_what_a_merchant_may_ask_for_is_answered(
    klaviyo: ServedKlaviyo, folder: Path, template: str, text: str
) -> None:
    given = {"List": [1, 2], "When": "2026-12-05T23:30:00-05:00", "Price": 1234.5, "IsPrepaid": False}
    assert outcome(klaviyo, folder, template, **given) == text


def test_a_mended_template_sends_what_had_failed_and_a_sent_mail_stays(klaviyo: ServedKlaviyo, folder: Path) -> None:
    assert outcome(klaviyo, folder, "{{ event.Nome }}") == "event has no Nome"
    write(folder, "en", "{{ event.Name }}", "S")
    assert [mail["text"] for mail in mails(klaviyo)] == ["Beans"]
    write(folder, "en", "other", "S")
    assert [mail["text"] for mail in mails(klaviyo)] == ["Beans"]


def test_the_inbox_frames_the_mail_so_that_nothing_in_it_runs_and_links_open(klaviyo: ServedKlaviyo) -> None:
    arrive(klaviyo, properties={**EVENT, "OrderTotal": "<script>alert(1)</script>"})
    shown = shopper_page(klaviyo)
    (mail,) = mails(klaviyo)
    address = f"/klaviyo/inbox/{seed.ROSEBUD}/mails/{mail['event']}"
    assert f'<iframe src="{address}"' in shown and "allow-scripts" not in shown
    answer = httpx.get(f"{klaviyo.url}{address.removeprefix('/klaviyo')}", timeout=10)
    assert "sandbox allow-popups" in answer.headers["Content-Security-Policy"]
    assert '<head><base target="_blank">' in answer.text and "<script>" not in answer.text
    assert httpx.get(f"{klaviyo.url}/inbox/{seed.ROSEBUD}/mails/nope", timeout=10).status_code == 404


@pytest.mark.browser
def test_a_link_in_the_mail_opens_a_page_of_its_own_where_scripts_run(klaviyo: ServedKlaviyo, page: "Page") -> None:
    arrive(klaviyo, properties={**EVENT, "SkipUrl": f"{klaviyo.url}/inbox/keys?a=1&b=2"})
    profile = klaviyo.of("profiles", seed.ROSEBUD).all()[0]["id"]
    page.goto(f"{klaviyo.url}/inbox/{seed.ROSEBUD}/{profile}")
    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Skip this order").click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/inbox/keys?a=1&b=2")
    assert opened.value.evaluate("1 + 1") == 2


def test_without_a_folder_there_are_no_mails(klaviyo: ServedKlaviyo, folder: Path) -> None:
    klaviyo.world.mail_templates = None
    arrive(klaviyo)
    klaviyo.world.mail_templates = folder
    assert mails(klaviyo) == []
    assert "No mail: no flow was set up when it came." in shopper_page(klaviyo)


def test_a_folder_that_is_none_is_refused_at_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--app-url", "http://127.0.0.1:9", "--api-key", "k", "--api-secret", "s", "--mail-templates", "/nowhere"]
    assert main(["serve", "--port", "0", *told]) == 2
    assert "--mail-templates: /nowhere is no folder" in capsys.readouterr().err
