"""What a webhook's handler may answer besides None ("done")."""

from __future__ import annotations

IGNORED = "ignored"
"""It concerns nothing of ours; closed without a trace but this word."""

STALE = "stale"
"""What was read is older than what we hold: read again soon."""
