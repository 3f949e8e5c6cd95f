"""Durable webhooks a second of one web process: Perennial, a bare floor, and Shopify's own Node library.

`python -m bench.webhook_ingest [webhooks] [rounds]`. Every webhook is signed, has an id of its own, and counts when
its row is committed (PostgreSQL with fsync) and 200 has arrived; the rows are counted afterwards. The three stand
side by side and take turns; the medians of the rounds are compared. The client is `bench/pour.py`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bench import servers
from bench.bare import INSERT
from bench.pour import BODY, CONNECTIONS, SHOP
from shopify_app.demo import postgres
from shopify_app.demo.embedded import ensure_postgres, ensure_valkey, stop_postgres, stop_valkey
from shopify_app.kit.migrate import upgrade
from tests.support.app import SECRET, environ_for, free_port

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".perennial" / "bench-webhooks"
NODE_FOLDER = ROOT / "bench" / "node"
DATABASE = "perennial_webhooks"
THREADS = 8
GOAL = 0.7


def main(count: int, rounds: int) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = _database()
        rates: dict[str, list[float]] = {}
        with ExitStack() as stack:
            ports = dict([stack.enter_context(_running(*each)) for each in _servers(database)])
            for _ in range(rounds):
                for label, port in ports.items():
                    rates.setdefault(label, []).append(_measure(port, count, database))
        _print(rates, count)
        return 0
    finally:
        stop_postgres(STATE)
        stop_valkey(STATE)


def _servers(database: str) -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command, environment; the port is added to each."""
    plain = {"SECRET": SECRET, "THREADS": str(THREADS), "PLAIN_URL": _plain(database)}
    node = plain | {"SOCKETS": str(postgres.cluster(STATE).sockets), "DATABASE": DATABASE, "INSERT": _for_node()}
    app = environ_for("http://127.0.0.1:1", "http://127.0.0.1:1", database, ensure_valkey(STATE))
    app = {name: value for name, value in app.items() if name != "CLOCK_URL"} | {"WEB_THREADS": str(THREADS)}
    return [
        ("floor (bare verify and insert, Granian)", [sys.executable, "-m", "bench.bare"], plain),
        ("Perennial (Granian)", [sys.executable, "-m", "shopify_app.cli", "web"], app),
        ("peer", [str(ROOT / "node_modules" / ".bin" / "node"), str(NODE_FOLDER / "server.mjs")], node),
    ]


def _for_node() -> str:
    marks = ("$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$9", "$1")
    return INSERT.format(*marks)


@contextmanager
def _running(name: str, command: list[str], environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The server on a free port: its name with what it says of its version, and the port."""
    port = free_port()
    with servers.running(command, port, environment) as process:
        said = servers.first_answer(port, "/version", process)
        version = said.text if said.status_code == 200 and said.text.startswith("@") else ""
        yield f"{name}: {version}" if version else name, port


def _measure(port: int, count: int, database: str) -> float:
    """Webhooks a second; all of them are rows afterwards, or this is worth nothing."""
    _pour(port, 300)
    with psycopg.connect(_plain(database), autocommit=True) as admin:
        admin.execute("truncate inbox_messages")
        admin.execute("checkpoint")
    took = _pour(port, count)
    with psycopg.connect(_plain(database)) as check:
        row = check.execute("select count(*) from inbox_messages").fetchone()
    if not row or row[0] != count:
        raise SystemExit(f"{count} webhooks were answered and {row} are kept")
    return count / took


def _pour(port: int, count: int) -> float:
    """Send so many from a process of its own; seconds it took."""
    command = [sys.executable, "-m", "bench.pour", str(port), str(count)]
    done = subprocess.run(
        command,
        env=os.environ | {"SECRET": SECRET},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return float(done.stdout)


def _database() -> str:
    if not (NODE_FOLDER / "node_modules").exists():
        path = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(["npm", "ci", "--no-progress"], cwd=NODE_FOLDER, env=os.environ | {"PATH": path}, check=True)
    server = make_url(ensure_postgres(STATE))
    with postgres.cluster(STATE).connect() as admin:
        admin.execute(f"drop database if exists {DATABASE} with (force)")
        admin.execute(f"create database {DATABASE}")
    url = server.set(database=DATABASE).render_as_string(hide_password=False)
    upgrade(url)
    with psycopg.connect(_plain(url), autocommit=True) as admin:
        admin.execute("insert into shops (domain, host, installed_at) values (%s, 'h', now())", [SHOP])
        (durable,) = admin.execute(
            "select current_setting('fsync') || current_setting('synchronous_commit')"
        ).fetchone()
    if durable != "onon":
        raise SystemExit("this PostgreSQL does not wait for the disk")
    return url


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _print(rates: dict[str, list[float]], count: int) -> None:
    middle = {label: statistics.median(found) for label, found in rates.items()}
    floor, ours, peer = middle.values()
    print(f"{count} webhooks of {len(BODY)} bytes, {CONNECTIONS} connections, {os.cpu_count()} cores, load average "
          f"{os.getloadavg()[0]:.1f} at the end")  # fmt: skip
    for label, found in rates.items():
        print(f"{label:<62} {middle[label]:7.0f} /s   {' '.join(f'{rate:.0f}' for rate in found)}")
    print(f"Perennial ÷ floor {ours / floor:.2f} (goal {GOAL}), Perennial ÷ peer {ours / peer:.2f}")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*given, *(2000, 5)[len(given) :]))
