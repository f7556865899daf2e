"""Replication of the theory of overparametrization in quantum neural networks."""
