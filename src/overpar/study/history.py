"""Which tests were committed before the first result that they read, from the repository itself.

`python -m overpar.study.history` lists every statement with what the repository shows. A test is
committed where a commit's `config/claims.yaml` holds the same columns, bounds and published file
for rows that include its own; a result is there from the first commit whose scorecard has one for
such a test. What was seen and never committed is not in the repository: `fixed: before` needs this
evidence and the authors' word, `fixed: after` needs neither.
"""

import csv
import io
import math
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from overpar.report.statements import Claims, Instance
from overpar.study.check import read_study
from overpar.study.claims_file import read_claims
from overpar.study.config import load_yaml

CLAIMS, SCORECARD = "config/claims.yaml", "figures/scorecard.csv"
UNSEEN = ("no such cell", "no value")
KEYS = (
    *("column", "columns", "per", "published", "published_column", "tolerance", "floor"),
    *("scale", "pooled", "match", "low", "high", "smallest", "largest", "expected"),
)
# Columns that are one count over another, by the definition of their table.
SHARES = {"global_share": "global_minimum"}
Asked = tuple[tuple[str, Any], ...]


def early(project: Path, claims: Claims) -> dict[str, bool]:
    """Whether every test of a statement was committed before a result of it, by its id.

    Args:
        project: a checkout with its history.
        claims: the statements of today.

    Raises:
        subprocess.CalledProcessError: if there is no history.
    """
    asked = {
        (one.id, instance.label): (instance, _asked(instance.test.model_dump()))
        for one in claims.statements
        for instance in one.instances
    }
    first: dict[tuple[str, str], bool] = {}
    for commit in _git(project, "log", "--reverse", "--format=%H", "--", CLAIMS, SCORECARD).split():
        tests = _tests(_git(project, "show", f"{commit}:{CLAIMS}"))
        seen = _seen(_show(project, commit, SCORECARD))
        for key in asked.keys() - first.keys():
            instance, wanted = asked[key]
            ids = [
                name
                for name, table, where, there in tests
                if table == instance.table and there == wanted and _includes(where, instance)
            ]
            if ids:
                first[key] = not seen.intersection(ids)
    return {
        one.id: all(first.get((one.id, i.label), False) for i in one.instances)
        for one in claims.statements
    }


def _git(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(project), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def _show(project: Path, commit: str, path: str) -> str:
    try:
        return _git(project, "show", f"{commit}:{path}")
    except subprocess.CalledProcessError:
        return ""


@lru_cache(maxsize=1)  # many commits change the other file
def _tests(text: str) -> list[tuple[str, str, dict[str, Any], Asked]]:
    """Every test of a file of claims: id, table, rows, and what is asked."""
    return list(_tests_of(load_yaml(text)))


def _tests_of(content: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], Asked]]:
    for claim in content.get("claims", []):
        yield claim["id"], claim["table"], claim.get("where", {}), _asked(claim["test"])
    if "statements" in content:
        for one in Claims.model_validate(content).statements:
            for instance in one.instances:
                test = instance.test.model_dump()
                yield one.id, instance.table, dict(instance.where), _asked(test)


def _seen(text: str) -> set[str]:
    """The claims of a scorecard that have a result."""
    rows = csv.DictReader(io.StringIO(text))
    return {row["id"] for row in rows if not row["observed"].startswith(UNSEEN)}


def _asked(test: dict[str, Any]) -> Asked:
    """What a test asks, in the same words for kinds that have been renamed."""
    out = {key: test[key] for key in KEYS if test.get(key) not in (None, 0, 1.0, False, 1e-12)}
    out["at_least"] = test.get("at_least", -math.inf)
    out["at_most"] = test.get("at_most", math.inf)
    kind = test["kind"]
    if kind in ("equals", "within"):
        value, tolerance = float(test["expected"]), float(test.get("tolerance", 0))
        out |= {"at_least": value - tolerance, "at_most": value + tolerance}
    elif kind == "bounds" and out["column"] in SHARES:
        out |= {"column": SHARES[out["column"]]} | ({"per": "runs"} if out["at_least"] == 1 else {})
    elif kind == "runs":
        every = test["expected"] == "all"
        out |= {"per": test["of"]} if every else {}
        out |= {"at_least": 1.0} if every else {"at_most": 0.0}
    elif kind == "brackets":
        out["at_least"] = out["at_most"] = test["expected"]
    if kind not in ("brackets", "same_counts", "same_median", "same_plateaus"):
        for name in ("low", "high"):
            out.pop(name, None)
    for name in ("expected", "tolerance") if not kind.startswith("same") else ():
        out.pop(name, None)
    return tuple(sorted((key, repr(_number(value))) for key, value in out.items()))


def _number(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted(value.items())
    return float(value) if isinstance(value, (int, float)) else value


def _includes(where: dict[str, Any], instance: Instance) -> bool:
    """Whether the rows that a test is about include those of an instance."""
    return all(
        key in instance.where and set(_listed(instance.where[key])) <= set(_listed(values))
        for key, values in where.items()
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def main() -> None:
    """List the statements with what they say of themselves and what the repository shows."""
    claims = read_claims(read_study(Path()).plan)
    found = early(Path(), claims)
    for one in claims.statements:
        shows = "committed before a result" if found[one.id] else "no evidence"
        print(f"{one.id:32} fixed: {one.fixed:7} {shows}")


if __name__ == "__main__":
    main()
