"""Tests over a running server, on a database of its own of the run's engine."""
