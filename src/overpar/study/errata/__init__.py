"""What was found wrong in published data and equations, each finding with a check."""
