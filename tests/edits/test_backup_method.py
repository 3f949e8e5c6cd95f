"""The payment method that is tried when a charge fails: a row of ours, chosen through the door of all edits."""

from __future__ import annotations

import pytest

from sandbox.shopify import payment_methods
from shopify_app.contracts import erase
from shopify_app.edits.contract import backup_method, door, payment_method
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.backup_method import NONE, ChooseBackup
from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import Rules
from tests.billing.till import Till
from tests.edits.desk import ME, ask, put_there, target, there

KIND = "subscription.backup_method_changed"


def vaulted(till: Till, **values: object) -> str:
    """Another method of the shopper's that we know of; returns its gid."""
    world = till.sandbox.world
    with world.locked():
        row = payment_methods.create(world, till.domain, there(till)["customer_id"], **values)
    payment_method.read_again(till.ctx, till.shop_id, str(till.contract().customer_gid))
    return f"gid://shopify/CustomerPaymentMethod/{row['id']}"


def choose(till: Till, gid: str) -> ChooseBackup | No:
    with till.ctx.db.session() as session:
        return backup_method.choose(session, till.contract(), gid)


def usable(till: Till) -> str | None:
    with till.ctx.db.session() as session:
        found = backup_method.usable(session, till.contract())
        return found.shopify_gid if found else None


def test_it_is_chosen_once_told_and_taken_back_and_shopify_is_not_asked(till: Till) -> None:
    gid = vaulted(till)
    wish, sent = choose(till, gid), len(till.sent)
    assert isinstance(wish, ChooseBackup) and usable(till) is None
    seen = door.preview(till.ctx, wish, target(till))
    assert seen and (seen.why_not, seen.before.backup_method, seen.after.backup_method) == (None, None, gid)
    done = Answer(True, "Backup payment method changed")
    assert ask(till, wish) == ask(till, wish) == done and usable(till) == gid
    assert ask(till, wish, "r2") == refused(No.ALREADY)
    (fact,) = till.facts(KIND)
    assert (fact.actor, fact.before, fact.after) == (ME, {"backup_method": None}, {"backup_method": gid})
    back = door.undo(till.ctx, target(till), "r1")
    assert back == ChooseBackup(None) == choose(till, NONE) and ask(till, back, "r3") == done
    assert usable(till) is None and len(till.facts(KIND)) == 2 and len(till.sent) == sent


def test_only_another_living_method_of_the_same_shopper_can_be_one(till: Till) -> None:
    main = str(till.contract().payment_method_gid)
    assert ask(till, ChooseBackup(main)) == refused(No.PAYS_ALREADY)
    assert choose(till, "gid://shopify/CustomerPaymentMethod/nobodys") is No.NOT_THEIRS
    assert choose(till, "\x00") is No.NOT_THEIRS
    gid = vaulted(till)
    assert ask(till, ChooseBackup(gid), "r2").is_done and usable(till) == gid
    put_there(till, payment_method_id=gid.rsplit("/", 1)[1], revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    assert (till.contract().payment_method_gid, till.contract().backup_method_gid) == (gid, gid)
    assert usable(till) is None, "what pays already is no backup"
    with till.sandbox.world.locked():
        payment_methods.revoke(till.sandbox.world, till.domain, gid.rsplit("/", 1)[1])
    till.mirror()
    assert choose(till, gid) is No.METHOD_REVOKED


def test_rules_hold_for_shoppers_and_it_goes_with_the_person(till: Till) -> None:
    gid = vaulted(till)
    with till.ctx.db.session() as session:
        rules = Rules(closed=frozenset({"backup_method"}))
        store.change(session, till.shop_id, WHOLE_SHOP, rules, ME, till.now)
    answer = door.carry_out(till.ctx, ChooseBackup(gid), target(till, "shopper:7"), "s1")
    assert answer.rule == "closed" and till.facts(KIND) == []
    assert ask(till, ChooseBackup(gid)).is_done
    with till.ctx.db.session() as session:
        who = str(till.contract().customer_gid)
        assert erase.held(session, till.shop_id, who)["contracts"][0]["backup_method"] == gid
        assert erase.erase(session, till.shop_id, who) == 1
    assert till.contract().backup_method_gid is None
    with pytest.raises(NotImplementedError):
        ChooseBackup(gid).send(None, "")  # type: ignore[arg-type]
