"""Tables, claims and figures, made from records and published facts alone."""
