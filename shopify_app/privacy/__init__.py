"""Data requests and erasure: collects what each feature holds and each feature's own `erase`."""
