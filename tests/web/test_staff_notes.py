"""Notes that only staff read: written once, shown in the history, deleted, and erased with the shopper."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import staff_notes
from shopify_app.contracts.models import Contract
from shopify_app.contracts.note_models import StaffNote
from shopify_app.journal.models import Fact
from shopify_app.privacy import registry
from tests.web import rows
from tests.web.conftest import NOW, Admin

PAGE = "/contracts/7"
ANNA, BEN = "gid://shopify/Customer/5", "gid://shopify/Customer/6"
TEXT = "Called: moves to\n<b>Ghent</b> in May 👩‍🌾"


def _notes(session: Session) -> list[StaffNote]:
    return list(session.scalars(select(StaffNote).order_by(StaffNote.id)))


@pytest.fixture
def of(admin: Admin) -> Contract:
    """Anna's subscription; another shop has one of the same number."""
    with admin.context.db.session() as session:
        rows.contract(session, rows.shop(session, "other.myshopify.com").id, 7)
        rows.shopper(session, admin.shop_id, 5)
        return rows.contract(session, admin.shop_id, 7, customer_gid=ANNA)


def test_a_note_is_written_once_stands_in_the_history_and_is_deleted(admin: Admin, of: Contract) -> None:
    token = re.search(r'name="request_id" value="([^"]+)"', admin.get(PAGE).text)[1]
    form = {"staff_note": f"  {TEXT.replace(chr(10), chr(13) + chr(10))} ", "request_id": token}
    for _ in range(2):
        assert 'data-toast="Note saved"' in admin.post(f"{PAGE}/notes", **form).text
    with admin.context.db.session() as session:
        (note,) = _notes(session)
        assert (note.contract_id, note.text, note.written_by, note.written_at) == (of.id, TEXT, "merchant:42", NOW)
    for address in (PAGE, f"{PAGE}/history", f"{PAGE}/history?kind=notes"):
        html = admin.get(address).text
        assert "Note by you or your staff:" in html and "moves to\n&lt;b&gt;Ghent&lt;/b&gt; in May" in html
    assert "Ghent" not in admin.get(f"{PAGE}/history?kind=changes").text

    admin.context.clock.instant += timedelta(days=1)
    for wrong in ("", "x", "9" * 30, str(note.id + 1)):
        assert "This note is not there any more" in admin.post(f"{PAGE}/notes/delete", note=wrong).text
    assert 'data-toast="Note deleted"' in admin.post(f"{PAGE}/notes/delete", note=str(note.id)).text
    assert "This note is not there any more" in admin.post(f"{PAGE}/notes/delete", note=str(note.id)).text
    html = admin.get(f"{PAGE}/history?kind=notes").text
    assert "A note of Tue, Dec 1, 2026 was deleted by you or your staff." in html and "Ghent" not in html
    with admin.context.db.session() as session:
        (fact,) = session.scalars(select(Fact))
        assert (_notes(session), fact.kind, fact.actor) == ([], "staff_note.deleted", "merchant:42")
        assert fact.data == {"written_at": NOW.isoformat()}, "what it said is in no fact"


@pytest.mark.parametrize(
    ("typed", "said"),
    [(" \n ", "Enter a note."), ("x" * 2001, "Use at most 2000 characters."), ("a\x07b", "Use letters, digits")],
)
def test_a_wrong_note_stays_in_its_field_and_is_not_saved(admin: Admin, of: Contract, typed: str, said: str) -> None:
    answer = admin.post(f"{PAGE}/notes", staff_note=typed, request_id="mine")
    assert answer.status_code == 422 and f'error="{said}' in answer.text and 'value="mine"' in answer.text
    assert typed.strip() in answer.text and 'data-toast="Nothing was saved"' in answer.text
    with admin.context.db.session() as session:
        assert _notes(session) == []


def test_notes_are_erased_with_their_shopper_and_none_is_written_after(admin: Admin, of: Contract) -> None:
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 8, customer_gid=BEN)
    assert admin.post(f"{PAGE}/notes", staff_note="x" * 2000).status_code == 200
    admin.post("/contracts/8/notes", staff_note="Ben's")
    assert admin.post("/contracts/9/notes", staff_note="nobody's").status_code == 404
    contracts = registry.FEATURES["contracts"]
    with admin.context.db.session() as session:
        (held,) = contracts.held(session, admin.shop_id, ANNA)["contracts"]
        assert held["staff_notes"] == [{"at": NOW.isoformat(), "text": "x" * 2000}]
        for feature in registry.FEATURES.values():
            feature.erase(session, admin.shop_id, ANNA)
        assert [note.text for note in _notes(session)] == ["Ben's"]
    assert 'name="staff_note"' not in admin.get(PAGE).text
    answer = admin.post(f"{PAGE}/notes", staff_note="She is called Anna")
    assert answer.status_code == 409 and "was erased at their request" in answer.text
    with admin.context.db.session() as session:
        assert len(_notes(session)) == 1


def test_a_note_written_while_the_shopper_is_erased_waits_and_is_refused(admin: Admin, of: Contract) -> None:
    with ThreadPoolExecutor(1) as colleague:
        with admin.context.db.session() as session:
            for feature in registry.FEATURES.values():
                feature.erase(session, admin.shop_id, ANNA)
            answer = colleague.submit(_write, admin, of)
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.5)
        with pytest.raises(staff_notes.Erased):
            answer.result(timeout=10)
    with admin.context.db.session() as session:
        assert _notes(session) == []


def _write(admin: Admin, of: Contract) -> None:
    with admin.context.db.session() as session:
        staff_notes.write(session, of, "She is called Anna", "r", "merchant:42", NOW)
