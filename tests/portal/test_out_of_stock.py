"""What a shopper prefers when something is out of stock: chosen in the portal, seen by the merchant, taken back."""

from __future__ import annotations

from shopify_app.edits.contract.out_of_stock import CHOICES
from tests.portal.shopper import Shopper

ACTION, KEY = "out_of_stock", "tap-stock001"
GERMAN = {"Accept-Language": "de"}


def test_it_is_offered_chosen_shown_to_both_and_taken_back(shopper: Shopper) -> None:
    path = f"/contracts/{shopper.contract}"
    assert shopper.get(path)["out_of_stock"] == "as_shop"
    ((field,), (german,)) = (shopper.options(**said)[ACTION]["inputs"] for said in ({}, GERMAN))
    assert [each["value"] for each in field["values"] if each["now"]] == ["as_shop"]
    words = {each["value"]: each["words"] for each in field["values"]}
    other = {each["value"]: each["words"] for each in german["values"]}
    assert list(words) == list(other) == list(CHOICES) and other["wait"] == "Warten, bis alles da ist"
    for body in ({}, {"preference": "burn"}, {"preference": None}):
        wrong = shopper.deed(ACTION, KEY, **body)
        assert (wrong.status_code, wrong.json()["field"]) == (422, "preference")

    look = shopper.deed(ACTION, preview=True, preference="wait").json()
    assert look["possible"] and look["after"] == look["before"] | {"out_of_stock": "wait"}
    done, again = (shopper.deed(ACTION, KEY, preference="wait") for _ in range(2))
    assert done.json() == again.json() and done.json()["contract"]["out_of_stock"] == "wait"
    same = shopper.deed(ACTION, "tap-stock002", preference="wait")
    assert (same.status_code, same.json()["code"]) == (409, "already")
    (entry,) = (each for each in shopper.get(f"{path}/timeline")["entries"] if "out_of_stock" in each["kind"])
    assert entry["by_you"] and entry["words"].endswith("is out of stock was changed: Wait until everything is there.")
    page = shopper.story.open(f"/contracts/{shopper.contract}").text
    assert "the shopper prefers: Wait until everything is there." in page
    assert "Out-of-stock preference changed by the shopper: " in page
    back = shopper.undo(KEY).json()
    assert (back["action"], back["contract"]["out_of_stock"]) == (ACTION, "as_shop")
