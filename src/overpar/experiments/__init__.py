"""Experiments: one module per kind, found by its name.

Each has `SOURCE`, a frozen `Spec` and `run(spec, context) -> Result`.
"""
