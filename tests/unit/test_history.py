"""When a test was fixed, from repositories made for it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from overpar.base.validation import check
from overpar.report.statements import Claims
from overpar.study.history import early

TEST: dict[str, Any] = {"kind": "runs", "column": "good", "expected": "all"}
ONE = {"id": "new", "source": "A", "statement": "s", "fixed": "before", "table": "t"}
NOW = {"alpha": 0.01, "statements": [{**ONE, "for_each": {"n": [4, 6]}, "test": TEST}]}
# The same of before, in the words of then.
THEN = {"kind": "bounds", "column": "good", "per": "runs", "at_least": 1}
SEEN, UNSEEN = "id,observed\nold,50\n", "id,observed\nold,no such cell in this run\n"


def claims(test: dict[str, Any] = THEN, **where: Any) -> str:
    return yaml.safe_dump({"claims": [{"id": "old", "table": "t", "where": where, "test": test}]})


def fixed(path: Path, *commits: tuple[str, str]) -> bool:
    """Of a history of claims and scorecards, which ends with the statements of now."""
    git = ["git", "-C", str(path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    for text, scorecard in (*commits, (yaml.safe_dump(NOW), SEEN + "new,50\n")):
        for name, content in (("config/claims.yaml", text), ("figures/scorecard.csv", scorecard)):
            (path / name).parent.mkdir(exist_ok=True)
            (path / name).write_text(content, encoding="utf-8")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "x"], check=True)
    return early(path, check(Claims, NOW))["new"]


@pytest.mark.parametrize(
    ("first", "scorecard", "before"),
    [
        (claims(), "id,observed\n", True),
        (claims(), UNSEEN, True),
        (claims(n=[4, 6, 8]), UNSEEN, True),
        # Seen in the commit that brings the test.
        (claims(), SEEN, False),
        # Another bound, column or table, or not all of the rows.
        (claims({**THEN, "at_least": 0.9}), UNSEEN, False),
        (claims({**THEN, "column": "fine"}), UNSEEN, False),
        (claims().replace("table: t", "table: u"), UNSEEN, False),
        (claims(n=4), UNSEEN, False),
        (claims(depth=2), UNSEEN, False),
    ],
)
def test_before_is_what_the_history_shows(
    tmp_path: Path, first: str, scorecard: str, before: bool
) -> None:
    assert fixed(tmp_path, (first, scorecard)) is before


def test_a_test_that_was_changed_after_its_result(tmp_path: Path) -> None:
    loose = claims({**THEN, "at_least": 0.9})
    assert not fixed(tmp_path, (loose, UNSEEN), (loose, SEEN), (claims(), SEEN))


def test_a_test_that_came_with_the_result_of_now(tmp_path: Path) -> None:
    assert not fixed(tmp_path)


def test_without_a_history(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        early(tmp_path, check(Claims, NOW))
