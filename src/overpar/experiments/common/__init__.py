"""What kinds of experiment share."""
