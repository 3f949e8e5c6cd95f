"""A backlog leaves in bulk: few requests, nothing lost, nothing twice, one bad event its own trouble."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import bulk, claim
from shopify_app.journal.models import Delivery
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from tests.billing.till import Till
from tests.channels.backlog import body_of, pile_up, requests
from tests.channels.telling import send, skip_waits, stored, tell, waiting


def _fail(till: Till, **fault: object) -> None:
    till.klaviyo().set(faults=[{"operation": "*", **fault}] if fault else [])


def _states(till: Till) -> set[str]:
    return {row.state for row in till.deliveries()}


def _spoil(till: Till, *numbers: int, **profile: object) -> None:
    """Give these deliveries a profile that Klaviyo refuses."""
    for number in numbers:
        row = body_of(till, number)
        row.body["data"]["attributes"]["profile"]["data"]["attributes"] |= profile
        with till.ctx.db.session() as session:
            session.execute(update(Delivery).where(Delivery.id == row.id).values(body=row.body))


def _send_until_quiet(till: Till) -> None:
    for _ in range(40):
        skip_waits(till)
        if not waiting(till):
            return
        send(till)
    raise AssertionError("deliveries still wait after forty turns")


def test_a_backlog_leaves_in_one_request_and_a_few_leave_one_by_one(connected: Till) -> None:
    pile_up(connected, 150)
    send(connected)
    assert requests(connected) == [151]
    assert _states(connected) == {"accepted"}
    assert len(stored(connected)) == 151


def test_below_a_backlog_each_event_is_a_call_of_its_own(connected: Till) -> None:
    pile_up(connected, 20)
    send(connected)
    assert requests(connected) == [1] * 21


def test_one_bad_event_in_a_backlog_is_parked_alone(connected: Till) -> None:
    pile_up(connected, 120)
    _spoil(connected, 7, 77, email="not an address")
    send(connected)
    parked = [row.unique_id for row in connected.deliveries() if row.state == "parked"]
    assert parked == ["more-7", "more-77"]
    assert requests(connected) == [119]
    assert len(stored(connected)) == 119


def test_a_refused_phone_in_a_backlog_is_left_out(connected: Till) -> None:
    pile_up(connected, 120)
    _spoil(connected, 3, phone_number="0123")
    _send_until_quiet(connected)
    assert _states(connected) == {"accepted"}
    assert len(stored(connected)) == 121


def test_an_answer_that_points_nowhere_is_taken_apart_by_halves(
    connected: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "POINTER", bulk.re.compile("nothing looks like this"))
    pile_up(connected, 120)
    _spoil(connected, 50, email="not an address")
    send(connected)
    assert [row.unique_id for row in connected.deliveries() if row.state == "parked"] == ["more-50"]
    assert len(stored(connected)) == 120


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 2}, {"status": 503}, {"reset": "after"}])
def test_trouble_with_a_request_loses_and_doubles_nothing(connected: Till, fault: dict[str, object]) -> None:
    pile_up(connected, 120)
    _fail(connected, times=1, **fault)
    send(connected)
    assert _states(connected) == {"pending"}
    assert waiting(connected) == 0, "the whole backlog rests"
    _fail(connected)
    _send_until_quiet(connected)
    assert _states(connected) == {"accepted"}
    assert len(stored(connected)) == 121


def test_a_klaviyo_that_fails_three_calls_in_ten_loses_and_doubles_nothing(connected: Till) -> None:
    pile_up(connected, 60)
    faults = [
        {"operation": "*", "probability": 0.15, "seed": 1, "status": 503},
        {"operation": "*", "probability": 0.15, "seed": 2, "status": 429, "retry_after": 1},
        {"operation": "*", "probability": 0.1, "seed": 3, "reset": "after"},
    ]
    connected.klaviyo().set(faults=faults)
    _send_until_quiet(connected)
    assert _states(connected) == {"accepted"}
    accepted = connected.klaviyo().of("accepted", seed.ROSEBUD).all()
    assert len(accepted) > 61, "some were accepted, and the answer was lost"
    assert len(stored(connected)) == 61


def test_a_dead_key_stops_the_backlog_at_the_first_request(connected: Till) -> None:
    pile_up(connected, 120)
    _fail(connected, status=401)
    send(connected)
    assert waiting(connected) == 0
    assert requests(connected) == []
    assert _states(connected) == {"pending"}, "nothing is lost"


@pytest.mark.parametrize("point", ["channel.after_claim_before_call", "channel.after_call_before_record"])
def test_a_worker_killed_in_a_backlog_leaves_it_to_the_next(connected: Till, point: str) -> None:
    pile_up(connected, 120)
    with crashpoints.armed(point), pytest.raises(Killed):
        send(connected)
    assert _states(connected) == {"pending"}
    connected.expire_leases()
    send(connected)
    assert _states(connected) == {"accepted"}
    assert len(stored(connected)) == 121


def test_events_of_one_person_share_an_entry() -> None:
    def one(number: int, email: str) -> claim.Sending:
        profile = {"data": {"type": "profile", "attributes": {"email": email, "properties": {"n": number}}}}
        attributes = {"profile": profile, "unique_id": str(number), "properties": {}}
        return claim.Sending(number, 1, {"data": {"type": "event", "attributes": attributes}}, None)

    request = bulk.request([one(1, "a@rosebud-mail.com"), one(2, "b@rosebud-mail.com"), one(3, "a@rosebud-mail.com")])
    entries = request.body["data"]["attributes"]["events-bulk-create"]["data"]
    assert [len(entry["attributes"]["events"]["data"]) for entry in entries] == [2, 1]
    newest = entries[0]["attributes"]["profile"]["data"]["attributes"]["properties"]
    assert newest == {"n": 3}, "the newest profile counts"
    assert "profile" not in entries[0]["attributes"]["events"]["data"][0]["attributes"]


def test_packets_stay_below_the_size_klaviyo_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_BYTES", 100)
    sendings = [claim.Sending(number, 1, {"text": "x" * 40}, None) for number in range(5)]
    assert [[one.id for one in packet] for packet in bulk.packets(sendings)] == [[0], [1], [2], [3], [4]]
    monkeypatch.setattr(bulk, "MOST_BYTES", 120)
    assert [[one.id for one in packet] for packet in bulk.packets(sendings)] == [[0, 1], [2, 3], [4]]


def test_a_claim_reads_a_backlog_once_though_postgresql_believes_it_small(connected: Till) -> None:
    tell(connected, "zeroth")
    send(connected)
    with connected.ctx.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze deliveries"))
    pile_up(connected, 300)
    asked = select(claim.ready(machine_now()).c.id)
    with connected.ctx.db.session() as session:
        found = session.scalars(asked).all()
        sql = str(asked.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        (plan,) = session.scalar(text(f"explain (analyze, buffers, format json) {sql}"))
    assert len(found) == 301
    pages = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    # by far: all with all are some 45,000 pages; a used database holds room of rows that are gone
    assert pages < 20 * len(found), "each was compared with all"
