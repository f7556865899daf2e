"""The error whose message is meant for the person at the terminal."""


class UserError(ValueError):
    """An error whose message is meant for the user, shown without a traceback."""
