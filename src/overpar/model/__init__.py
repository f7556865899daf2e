"""Circuits, ansätze and observables as small immutable data; no engine is known here."""
