"""A link's token: read by those who hold a key, refused in every other form, and never two alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.kit.links import BadLink, LinkSigner
from shopify_app.links import wish
from shopify_app.links.urls import ACCOUNT, choice_links, mail_links
from shopify_app.links.wish import ACTIONS, CHOICES, MOVE_TO, SKIP, Wish
from shopify_app.shops.models import Shop

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SIGNER = LinkSigner([NEW])
WHEN = datetime(2026, 12, 5, 14, tzinfo=UTC)
SHOP = Shop(id=7, domain="rosebud-coffee.myshopify.com")
GID = "gid://shopify/SubscriptionContract/501"
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
instants = instants.map(lambda instant: instant.replace(microsecond=0))


@given(st.sampled_from(sorted(ACTIONS)), st.integers(1, 2**40), st.integers(1, 2**60), st.integers(0, 999), instants)
def test_what_was_signed_is_read(action, shop, contract, cycle, expires):
    to, decision = WHEN if action == MOVE_TO else None, 88 if action in CHOICES else 0
    asked = Wish(action, shop, contract, cycle, expires, to, "n", decision)
    assert wish.read(SIGNER, wish.write(SIGNER, asked)) == asked


@given(st.data())
def test_no_change_of_a_token_is_believed(data):
    token = wish.write(SIGNER, Wish(SKIP, 7, 501, 4, WHEN))
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_.é\x00"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        return
    try:
        # the last letter of a signature holds two unused bits: such a token says the same and is still ours
        assert wish.read(SIGNER, changed) == wish.read(SIGNER, token)
        assert place == len(token) - 1
    except BadLink:
        pass


def test_a_token_is_what_the_library_makes_of_it():
    values = ["skip", 7, 501, 4, 1_796_000_000, None, "nonce-é"]
    assert SIGNER.sign(values) == SIGNER._serializer.dumps(values)


@pytest.mark.parametrize("token", ["", "x", "a.b", "." * 20, "é", "A" * 5_000, "\x00.\x00"])
def test_junk_is_no_link(token):
    with pytest.raises(BadLink):
        wish.read(SIGNER, token)


@pytest.mark.parametrize("values", [[], ["skip"], ["pay", 1, 2, 3, 4, None, "n"], ["skip", 1, 2, 3, "x", None, "n"]])
def test_a_signed_thing_of_another_form_is_no_link(values):
    with pytest.raises(BadLink):
        wish.read(SIGNER, SIGNER.sign(values))


def test_a_move_needs_its_date_and_nothing_else_has_one():
    for action, to in ((MOVE_TO, None), (SKIP, 1)):
        with pytest.raises(BadLink):
            wish.read(SIGNER, SIGNER.sign([action, 1, 2, 3, 4, to, "n"]))


def test_keys_rotate_and_a_forgotten_key_ends_its_links():
    token = wish.write(LinkSigner([OLD]), Wish(SKIP, 7, 501, 4, WHEN))
    both = LinkSigner([NEW, OLD])
    assert wish.read(both, token).contract == 501
    with pytest.raises(BadLink):
        wish.read(SIGNER, token)
    assert wish.read(SIGNER, wish.write(both, Wish(SKIP, 7, 501, 4, WHEN))).contract == 501  # the first key signs


def test_the_key_is_not_the_encryption_key():
    assert OLD not in repr(LinkSigner([OLD]))
    with pytest.raises(ValueError, match="empty"):
        LinkSigner([])


def test_a_mail_gets_a_link_per_action_or_only_the_account():
    made = mail_links(SIGNER, "https://app.example", SHOP, GID, 4, WHEN)
    assert set(made) == {"SkipUrl", "UnskipUrl", "DelayOneWeekUrl", "DelayTwoWeeksUrl", "ManageUrl"}
    assert made["ManageUrl"] == "https://rosebud-coffee.myshopify.com/account"
    read = wish.read(SIGNER, made["SkipUrl"].removeprefix("https://app.example/links/"))
    assert (read.action, read.shop_id, read.contract_gid, read.cycle_index) == (SKIP, 7, GID, 4)
    assert read.expires_at == WHEN
    assert all(len(address) < 250 for address in made.values())
    assert mail_links(SIGNER, "https://app.example", SHOP, GID, 4, WHEN)["SkipUrl"] != made["SkipUrl"]
    assert set(mail_links(SIGNER, "https://app.example", SHOP, GID, 4, WHEN, ACCOUNT)) == {"ManageUrl"}


def test_a_mail_has_a_link_for_each_choice_that_is_offered():
    made = choice_links(SIGNER, "https://app.example", SHOP, GID, 4, 88, ["delay", "ship_rest", "sell"], WHEN)
    assert set(made) == {"ChooseWaitUrl", "ChooseRestUrl"}
    read = wish.read(SIGNER, made["ChooseWaitUrl"].rsplit("/", 1)[1])
    assert (read.action, read.contract_gid, read.cycle_index, read.decision) == ("choose_delay", GID, 4, 88)
    assert read.expires_at == WHEN
    account = Shop(id=7, domain=SHOP.domain, mail_links=ACCOUNT)
    assert choice_links(SIGNER, "https://app.example", account, GID, 4, 88, ["delay"], WHEN) == {}


@pytest.mark.parametrize("values", [["choose_skip", 1, 2, 3, 4, None, "n"], ["skip", 1, 2, 3, 4, None, "n", 88]])
def test_a_choice_needs_a_decision_and_nothing_else_has_one(values):
    with pytest.raises(BadLink):
        wish.read(SIGNER, SIGNER.sign(values))
