"""Quantities computed from engines: training runs, QFIM, rank, entanglement."""
