"""`python -m overpar.cli`."""

import sys

from overpar.cli import main

sys.exit(main())
