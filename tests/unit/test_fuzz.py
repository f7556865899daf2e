"""A shorter fuzz than `make fuzz`, and that it notices."""

import signal
from collections import Counter
from pathlib import Path

import pytest
from fuzz import BAD, LINE, RESULT, STOPPED, Ended, fuzz, warm


def test_a_hundred_cases_end_in_a_result_or_in_one_line(tmp_path: Path) -> None:
    warm()
    found = [*fuzz(range(100), tmp_path)]
    bad = [(given, how) for _, given, how in found if how.how == BAD]
    assert not bad, bad[0]
    counts = Counter(how.how for _, _, how in found)
    assert min(counts[RESULT], counts[LINE]) > 10


@pytest.mark.parametrize(
    ("code", "said", "megabytes", "how"),
    [
        (0, "", 100, RESULT),
        (1, "counting: 3/9\n", 100, RESULT),
        (2, "counting: 3/9\noverpar: No.\n", 100, LINE),
        (2, "usage: overpar dla\noverpar dla: error: No.\n", 100, LINE),
        (2, "overpar: No.\noverpar: No.\n", 100, BAD),
        (2, "overpar: No.\nmore\n", 100, BAD),
        (2, "", 100, BAD),
        (0, "Traceback (most recent call last)\n", 100, BAD),
        (70, "", 100, BAD),
        (0, "", 3000, BAD),
        (-signal.SIGSEGV, "", 100, BAD),
        (-signal.SIGXCPU, "counting: 3/9\n", 100, STOPPED),
        (-signal.SIGXCPU, "", 100, BAD),
    ],
)
def test_what_counts_as_an_end(code: int, said: str, megabytes: float, how: str) -> None:
    assert Ended(code, "", said, 1.0, megabytes).how == how
