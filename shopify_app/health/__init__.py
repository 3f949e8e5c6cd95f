"""Is everything well: ping, readiness, who is alive, metrics, and the invariants that must hold."""
