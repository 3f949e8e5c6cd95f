"""How a payment method stands in the portal, the mail and the Shop Pay link, and the backup; also in German."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.shopify import payment_methods
from shopify_app.edits.contract.payment_method import read_again
from tests.portal.shopper import Shopper

GERMAN = {"Accept-Language": "de"}


def at_shopify(shopper: Shopper) -> dict[str, Any]:
    return shopper.story.world.of("contracts", shopper.story.shop_domain)[shopper.contract]


def card(shopper: Shopper, **headers: str) -> dict[str, Any]:
    return shopper.get(f"/contracts/{shopper.contract}", **headers)["card"]


def ask(shopper: Shopper, key: str, **headers: str) -> Any:
    path = f"/contracts/{shopper.contract}/card"
    return shopper.ask("POST", path, body={}, **{"Idempotency-Key": key}, **headers)


def vaulted(shopper: Shopper, kind: str) -> str:
    story = shopper.story
    with story.world.locked():
        row = payment_methods.create(story.world, story.shop_domain, shopper.customer, kind)
    story.settle()
    read_again(story.ctx, story.shop.id, f"gid://shopify/Customer/{shopper.customer}")
    return row["id"]


def test_a_card_is_asked_for_by_mail_once_and_renewed_by_its_link(shopper: Shopper) -> None:
    story, gid = shopper.story, f"gid://shopify/SubscriptionContract/{shopper.contract}"
    seen = card(shopper)
    assert (seen["state"], seen["path"], seen["reason"], seen["asked"]) == ("ok", "mail", None, None)
    assert seen["intent"] == f"open:shopify/SubscriptionContract,{gid}?field=paymentMethod"
    assert "E-Mail" in card(shopper, **GERMAN)["words"]
    assert ask(shopper, "short").json()["field"] == "Idempotency-Key"
    first, again = ask(shopper, "tap-card0001"), ask(shopper, "tap-card0001")
    assert (
        first.json() == again.json() and first.json()["url"] is None and first.headers["Cache-Control"] == "no-store"
    )
    other = ask(shopper, "tap-card0002", **GERMAN)
    assert (other.status_code, other.json()["code"]) == (409, "card_asked") and "Karte" in other.json()["detail"]
    (mail,) = story.control("GET", f"/shops/{story.shop_domain}/mails")["mails"]
    assert card(shopper)["asked"] == {**first.json()["card"]["asked"]} and card(shopper)["asked"]["outcome"] is None

    story.control("POST", f"/shops/{story.shop_domain}/payment_methods/{mail['payment_method_id']}/update",
                  expiry_year=2032, last_digits="7777")  # fmt: skip
    story.settle()
    assert card(shopper)["asked"]["outcome"] == "updated" and card(shopper)["asked"]["by_you"]
    entries = [each["kind"] for each in shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"]]
    assert entries[:2] == ["payment_method.updated", "payment_method.asked"]
    page = story.open(f"/contracts/{shopper.contract}").text
    assert "The card was updated on the same day." in page and "asked for by the shopper" in page
    assert ask(shopper, "tap-card0001").status_code == 200  # answered alike, and nothing is sent again
    assert len(story.control("GET", f"/shops/{story.shop_domain}/mails")["mails"]) == 1
    foreign = shopper.ask(
        "POST", f"/contracts/{shopper.foreign}/card", body={}, **{"Idempotency-Key": "tap-card0009"}
    )
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("kind", "path", "status"),
    [("shop_pay", "shop_pay_url", 200), ("paypal", "account", 409), ("none", "account", 409)],
)
def test_other_methods_have_paths_of_their_own(shopper: Shopper, kind: str, path: str, status: int) -> None:
    story, token = shopper.story, None
    if kind != "none":
        token = vaulted(shopper, kind)
        done = shopper.deed("payment_method", "tap-card0003", method=token)
        assert done.status_code == 200, done.text
    else:
        method = at_shopify(shopper)["payment_method_id"]
        story.control("POST", f"/shops/{story.shop_domain}/payment_methods/{method}/revoke")
        story.settle()
    seen, answer = card(shopper), ask(shopper, "tap-card0004")
    assert (seen["path"], answer.status_code) == (path, status)
    if kind == "shop_pay":
        assert token in answer.json()["url"] and seen["state"] == "ok"
    else:
        code = "card_elsewhere" if kind == "paypal" else "card_removed"
        assert answer.json()["code"] == seen["reason"]["code"] == code
        assert seen["state"] == ("ok" if kind == "paypal" else "removed")


def test_a_backup_is_chosen_shown_and_taken_away(shopper: Shopper) -> None:
    token = vaulted(shopper, "card")
    ((field,), (german,)) = (shopper.options(**said)["backup_method"]["inputs"] for said in ({}, GERMAN))
    assert [(each["value"], each["now"]) for each in field["values"]] == [("none", True), (token, False)]
    assert german["values"][0]["words"] == "Kein Ersatz"
    look = shopper.deed("backup_method", preview=True, method=token).json()
    assert look["possible"] and look["after"] == look["before"] | {"backup_method": token}
    done = shopper.deed("backup_method", "tap-back0001", method=token).json()
    assert done["contract"]["backup_method"]["method"] == token and done["undo"] == {"key": "tap-back0001"}
    main = at_shopify(shopper)["payment_method_id"]
    assert shopper.deed("backup_method", "tap-back0002", method=main).json()["code"] == "pays_already"
    assert shopper.deed("backup_method", "tap-back0003", method="nobodys").json()["code"] == "not_theirs"
    assert "Backup: Visa" in shopper.story.open(f"/contracts/{shopper.contract}").text
    gone = shopper.deed("backup_method", "tap-back0004", method="none").json()
    assert gone["contract"]["backup_method"] is None
