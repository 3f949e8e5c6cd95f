"""What a person reads when PostgreSQL or Redis does not answer, or a setting is wrong: one line, no secret."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from redis.exceptions import ConnectionError as RedisLost
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shopify_app import cli, commands
from shopify_app.demo import embedded
from shopify_app.kit.db import Database

COMMANDS = [["tick"], ["shops"], ["migrate"], ["web"], ["worker", "--burst"], ["ticker"], ["reconcile"]]


@pytest.fixture(autouse=True)
def nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "SHOPIFY_API_KEY": "key",
        "SHOPIFY_API_SECRET": "the-secret",
        "HOST": "https://perennial.example.com",
        "ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "DATABASE_URL": "postgresql+psycopg://owner:hunter22@127.0.0.1:1/perennial",
        "REDIS_URL": "redis://:hunter22@127.0.0.1:1/3",
    }
    for name in ("CLOCK_URL", "SHOPIFY_SHOP_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("argv", COMMANDS, ids=lambda argv: argv[0])
def test_a_silent_database_is_one_line(argv: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 1
    (line,) = [line for line in capfd.readouterr().err.splitlines() if not line.startswith("{")]
    assert "DATABASE_URL (127.0.0.1:" in line and "/perennial)" in line and "hunter22" not in line


def test_a_silent_redis_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def lose(arguments: object) -> int:
        raise RedisLost("Error 111 connecting to :hunter22@127.0.0.1")

    monkeypatch.setattr(commands, "worker", lose)
    assert cli.main(["worker"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "REDIS_URL (127.0.0.1:" in line and "/3)" in line and "hunter22" not in line


def test_a_worker_without_redis_says_so(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    assert cli.main(["worker", "--burst"]) == 1
    assert "REDIS_URL (127.0.0.1:" in capsys.readouterr().err


def test_what_a_living_database_refuses_is_not_called_an_outage(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    def wait_too_long(arguments: object) -> int:
        database = Database(postgres_url)
        try:
            with database.session() as session:
                session.execute(text("set local statement_timeout = 1"))
                session.execute(text("select pg_sleep(2)"))
        finally:
            database.close()
        return 0

    monkeypatch.setattr(commands, "shops", wait_too_long)
    with pytest.raises(OperationalError, match="statement timeout"):
        cli.main(["shops"])


def test_doctor_names_what_is_silent_and_guesses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "the database does not answer" in told and "Redis does not answer" in told
    assert "schema" not in told and "2 to mend." in told


def test_doctor_tells_an_empty_database_from_a_silent_one(
    monkeypatch: pytest.MonkeyPatch, empty_postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)
    assert cli.main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "perennial migrate" in told and "the database does not answer" not in told


def test_a_wrong_setting_starts_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PORT", "many")
    for name in ("ensure_postgres", "ensure_valkey"):
        monkeypatch.setattr(embedded, name, lambda state: pytest.fail("started a server"))
    assert cli.main(["shops"]) == 2
    assert capsys.readouterr().err == "perennial: PORT must be a whole number from 1 to 65535, not 'many'\n"
