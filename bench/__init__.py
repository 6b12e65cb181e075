"""Benchmarks: every figure is a ratio to a bare floor measured in the same run, both sides in turn, so that a slow or busy machine does not matter."""
