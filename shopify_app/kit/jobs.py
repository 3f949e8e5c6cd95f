"""Wake-up calls. A job carries no facts: it says "there is something to drain", and the drain reads rows.

Redis may be down or flushed at any moment: a lost wake-up only waits for the ticker's next sweep. A flag keeps
one wake-up in the queue per drain; it is deleted *before* the drain scans, so nothing committed later is missed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker

log = logging.getLogger(__name__)

Drain = Callable[[Any], int]
FLAG_SECONDS = 60
WAKE = "perennial:wake:"
RUNNING = "perennial:running:"
COUNT = "perennial:count:"
RUNNING_SECONDS = 180
"""A drain whose process was killed stops looking busy after this much machine time."""
JOB_SECONDS = 120
"""A drain that runs longer than this is ended; what it held is free again when its leases end."""
TURN_SECONDS = 75
"""A worker with nothing to do comes round this often."""

_context: Any = None
_drains: Mapping[str, Drain] = {}


def install(context: Any, drains: Mapping[str, Drain]) -> None:
    """Tell this process what its jobs work with; the worker command calls it once at start."""
    global _context, _drains
    _context, _drains = context, drains


def run(name: str) -> None:
    """The one RQ job: clear the drain's flag, drain a batch, come again if there was one.

    Raises KeyError for a name nobody installed.
    """
    with _context.wakeups.marked(name):
        _context.wakeups.clear(name)
        if _drains[name](_context):
            # a drain works off one batch; as long as it finds rows it goes to the end of its queue again
            _context.wakeups.wake(name)


class Worker(SimpleWorker):
    """Takes wake-ups and drains in this process, no fork: a drain holds leases in rows, not in this process.

    Calls `turned` each time it comes round: before each job, and every TURN_SECONDS when there is none.
    """

    def __init__(self, redis: Redis, queues: Sequence[str], turned: Callable[[], None]) -> None:
        self._turned = turned
        super().__init__(
            [Queue(name, connection=redis, serializer="json") for name in queues],
            connection=redis,
            serializer="json",
            worker_ttl=TURN_SECONDS + 15,  # RQ waits for a job 15 seconds less than this
        )

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's own sign of life, to Redis. Ours comes first: a worker that cannot reach Redis lives."""
        self._turned()
        super().heartbeat(timeout, pipeline)


class Wakeups:
    """Asks workers to drain; never raises, because the rows are the truth and the ticker sweeps."""

    def __init__(self, redis: Redis, queues: Mapping[str, str]) -> None:
        self._redis = redis
        self._queues = queues

    def wake(self, name: str) -> bool:
        """Queue one run of drain `name` unless one waits already; answer whether Redis took it."""
        try:
            if self._redis.set(self._flag(name), 1, nx=True, ex=FLAG_SECONDS):
                queue = Queue(self._queues[name], connection=self._redis, serializer="json")
                queue.enqueue(
                    "shopify_app.kit.jobs.run", name, result_ttl=0, failure_ttl=3600, job_timeout=JOB_SECONDS
                )
            return True
        except RedisError as error:
            log.warning(
                "wake-up lost, the sweep will find the rows",
                extra={"drain": name, "error": type(error).__name__},
            )
            return False

    def clear(self, name: str) -> None:
        """Delete the flag so that the next wake-up is queued again."""
        try:
            self._redis.delete(self._flag(name))
        except RedisError as error:
            log.warning(
                "flag not cleared, it expires by itself", extra={"drain": name, "error": type(error).__name__}
            )

    @contextmanager
    def marked(self, name: str) -> Iterator[None]:
        """Show others that drain `name` is running here, so that "idle" is never said too early."""
        key = f"{RUNNING}{name}:{os.getpid()}"
        self._quietly(lambda: self._redis.set(key, 1, ex=RUNNING_SECONDS))
        try:
            yield
        finally:
            self._quietly(lambda: self._redis.delete(key))

    def running(self) -> list[str]:
        """Return the names of drains that are queued or running; ["redis"] when Redis cannot say."""
        try:
            keys = [*self._redis.scan_iter(f"{RUNNING}*"), *self._redis.scan_iter(f"{WAKE}*")]
        except RedisError:
            return ["redis"]
        return sorted({key.decode().split(":")[2] for key in keys})

    def count(self, name: str, seconds: int) -> int | None:
        """Count one more of `name` for all processes, forgotten after so many seconds; None when Redis cannot say."""
        key = f"{COUNT}{name}"
        try:
            asked = self._redis.pipeline()
            asked.incr(key)
            asked.expire(key, seconds)
            return int(asked.execute()[0])
        except RedisError:
            return None

    @staticmethod
    def _quietly(call: Callable[[], object]) -> None:
        with suppress(RedisError):
            call()

    def ping(self) -> bool:
        """Answer whether Redis is there."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    @staticmethod
    def _flag(name: str) -> str:
        return f"{WAKE}{name}"


class NoWakeups(Wakeups):
    """For inline runs (`perennial tick`): rows are drained by the caller, nobody needs waking."""

    def __init__(self) -> None:
        pass

    def wake(self, name: str) -> bool:
        return True

    def clear(self, name: str) -> None:
        return None

    @contextmanager
    def marked(self, name: str) -> Iterator[None]:
        yield

    def running(self) -> list[str]:
        return []

    def count(self, name: str, seconds: int) -> int | None:
        return None

    def ping(self) -> bool:
        return True
