"""What the demo keeps between starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shopify_app.demo.identity import NoPort, ports_of, secrets_of


def test_secrets_are_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    first = secrets_of(tmp_path)
    assert secrets_of(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_ports_stay_the_same_while_they_are_free(tmp_path: Path) -> None:
    first = ports_of(tmp_path)
    assert ports_of(tmp_path) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first.sandbox))
        taken.listen()
        moved = ports_of(tmp_path)
    assert moved.sandbox != first.sandbox
    assert moved.web == first.web


def test_a_taken_port_that_was_asked_for_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NoPort, match=str(port)):
            ports_of(tmp_path, port - 1)
