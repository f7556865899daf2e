"""Engines: implementations of state, loss and gradient, and tangents of a task."""
