"""What the public names of `overpar` stand for."""
