"""`perennial tick --dry-run` as a person types it: the command, its words, its exit codes, over HTTP to Shopify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app import cli
from shopify_app.billing.models import BillingAttempt
from tests.support.app import Story, environ_for
from tests.support.stories import story

__all__ = ["story"]

DUE = "2026-12-04T14:00:00Z"


@pytest.fixture
def typed(story: Story, redis_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """A shop whose only charge is due three days from now, and the environment a person types commands in."""
    tiny.grow(story.world, at="2026-12-01T14:00:00Z", created_at="2026-11-04T15:00:00Z")
    story.install()
    environ = environ_for(story.sandbox.url, story.url, postgres_url, redis_url)
    # what the installation sealed is opened with the key it was sealed with
    environ["ENCRYPTION_KEY"] = story.ctx.settings.encryption_keys[0]
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    yield story


def _rows(story: Story) -> int:
    with story.ctx.db.session() as session:
        return len(session.scalars(select(BillingAttempt)).all())


def test_it_tells_what_a_day_will_charge_and_makes_none(typed: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tick", "--dry-run"]) == 0
    assert "0 would be charged, 0 would not" in capsys.readouterr().out
    assert cli.main(["tick", "--dry-run", "--as-of", DUE, "--shop", typed.shop_domain]) == 0
    printed = capsys.readouterr().out
    assert "as of 2026-12-04 14:00 UTC: nothing was changed" in printed
    assert "18.50 USD  charge" in printed and "1 would be charged, 0 would not" in printed
    assert _rows(typed) == 0 and typed.world.ledger.payments() == []


def test_what_a_person_must_decide_is_exit_code_3(typed: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tick", "--dry-run", "--as-of", "2026-12-13T14:00:00Z"]) == 3
    assert "park: Due on Fri, Dec 4, 2026" in capsys.readouterr().out
    assert _rows(typed) == 0


def test_a_shopify_that_does_not_answer_is_exit_code_1(typed: Story, capsys: pytest.CaptureFixture[str]) -> None:
    with typed.world.locked():
        typed.world.clock.advance(timedelta(days=3))
        typed.world.faults.set({"graphql": {"CycleCheck": {"status": 503}}})
    assert cli.main(["tick", "--dry-run"]) == 1
    assert "Shopify cannot be asked now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--as-of", "tomorrow"], "is no instant like"),
        (["--as-of", "2026-12-04T14:00:00"], "needs a zone"),
        (["--only", "everything"], "--only: 'everything' is none of"),
        (["--shop", "other.myshopify.com"], "no installed shop other.myshopify.com"),
    ],
)
def test_bad_input_is_told_and_is_exit_code_2(
    typed: Story, capsys: pytest.CaptureFixture[str], argv: list[str], words: str
) -> None:
    assert cli.main(["tick", "--dry-run", *argv]) == 2
    assert words in capsys.readouterr().err
