"""Is everything well: ping, readiness, metrics, and the invariants that must hold."""
