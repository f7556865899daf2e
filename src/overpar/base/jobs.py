"""What every job of the workflow shares: the plan, and errors without a traceback."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from overpar.base.config import Config, check
from overpar.base.errors import UserError
from overpar.base.plan import Plan


def job(config: Mapping[str, Any], work: Callable[[Plan], object]) -> None:
    """Do a job's work on the plan of a configuration; a `UserError` ends the process with it."""
    try:
        work(Plan(check(Config, dict(config), "")))
    except UserError as error:
        sys.exit(f"overpar: {error}")
