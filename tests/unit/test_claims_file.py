"""What claims name is checked before the first job."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from overpar.base.errors import UserError
from overpar.base.validation import check
from overpar.study.claims_file import check_claims, read_claims
from overpar.study.config import Config, read
from overpar.study.plan import Plan

CLAIM: dict[str, Any] = {
    "id": "c",
    "source": "A",
    "statement": "s",
    "table": "vqe",
    "fixed": "after",
    "where": {"boundary": "open", "initial": ["data", "code"]},
}
COUNTS: dict[str, Any] = {
    "kind": "same_counts",
    "column": "min_lt_0.01",
    "published": "vqe_success.csv",
    "match": {"qubits": "n", "depth": "p"},
}
BOUNDS: dict[str, Any] = {"kind": "bounds", "column": "best_median", "per": "runs"}
BRACKETS: dict[str, Any] = {"kind": "brackets", "low": "best_low", "high": "best_high"}
BRACKETS["expected"] = 0
VALUES: dict[str, Any] = {
    "kind": "same_values",
    "columns": {"qfim_rank_max": "rank_max"},
    "tolerance": 1e-6,
    "published": "supfig2_rank.csv",
    "match": {"depth": "p"},
}
RANKS = {"table": "rank_sweep", "where": {}}
MEDIAN: dict[str, Any] = {
    "kind": "same_median",
    "column": "best_loss",
    "published": "vqe_loss.csv",
    "published_column": "final_median",
    "match": {"depth": "p"},
}
SPECTRUM = {**MEDIAN, "kind": "same_spectrum", "tolerance": 0.1}


def plan_of(root: Path, *files: str, **changes: Any) -> Plan:
    values = read([root / "config/config.yaml", *(root / name for name in files)])
    return Plan(check(Config, {**values, **changes}), root)


@pytest.fixture(scope="module")
def plan(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """That of the project, with claims of the test's."""
    return plan_of(root, claims=str(tmp_path_factory.mktemp("claims") / "claims.yaml"))


def check_these(plan: Plan, *claims: dict[str, Any]) -> None:
    text = yaml.safe_dump({"alpha": 0.1, "statements": list(claims)})
    Path(plan.config.claims).write_text(text, encoding="utf-8")
    check_claims(plan)


@pytest.mark.parametrize("files", [(), ("config/smoke.yaml",)])
def test_the_claims_of_the_project_are_right(root: Path, files: tuple[str, ...]) -> None:
    plan = plan_of(root, *files)
    check_claims(plan)
    assert len(read_claims(plan).statements) > 40


def test_claims_that_are_right(plan: Plan) -> None:
    tests = [(COUNTS, {}), (BOUNDS, {}), (BRACKETS, {}), (VALUES, RANKS)]
    tests += [(test, {"table": "vqe_runs"}) for test in (MEDIAN, SPECTRUM)]
    # One that this run may leave out: no record of the sweep has a Hessian.
    tests.append(({"kind": "bounds", "column": "hessian_rank_max"}, RANKS))
    claims = [{**CLAIM, "id": f"c{k}", "test": t, **more} for k, (t, more) in enumerate(tests)]
    check_these(plan, *claims)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": "vqee"}, "unknown table 'vqee'; allowed: vqe, .*Did you mean 'vqe'"),
        (
            {"where": {"bound": "open"}},
            "where names the column 'bound', which the table 'vqe' does not have; allowed:"
            r" boundary, depth, .*, final_median\. Did you mean 'boundary'\?$",
        ),
        (
            {"where": {"boundary": "opened"}},
            r"where.boundary is 'opened'; allowed: open, periodic\. Did you mean 'open'\?$",
        ),
        ({"where": {"initial": ["data", "paper"]}}, "where.initial is 'paper'; allowed: code, da"),
        ({"test": {**COUNTS, "column": "min_lt_0.1"}}, "test.column names the column 'min_lt_0.1'"),
        ({"test": {**COUNTS, "match": {"n": "n"}}}, "test.match names the column 'n', which the t"),
        (
            {"test": {**COUNTS, "match": {"qubits": "qubits"}}},
            "test.match names the column 'qubits', which vqe_success.csv does not have; allowed: n",
        ),
        (
            {"test": {**COUNTS, "published_column": "good"}},
            "test.published_column names the column 'good', which vqe_success.csv",
        ),
        (
            {"test": {**COUNTS, "column": "best_median"}},
            "test.column names the column 'best_median', which vqe_success.csv",
        ),
        ({"leave_out": [{"where": {"p": 4}, "because": "x"}]}, "leave_out names the column 'p', w"),
        (
            {"leave_out": [{"where": {"boundary": "ring"}, "because": "x"}]},
            "leave_out.boundary is 'ring'; allowed: open, periodic",
        ),
        ({"for_each": {"depths": [4]}}, "where names the column 'depths', which the table"),
        ({"test": {**COUNTS, "published": "no.csv"}}, r"compares with '.*no\.csv'; there is no su"),
        (
            {"test": {**COUNTS, "published": "supfig2_rank.csv", "published_column": "rank_max"}},
            "test.kind names the column 'runs', which supfig2_rank.csv",
        ),
        (
            {"table": "vqe_runs", "test": {**COUNTS, "column": "best_loss"}},
            "test.kind names the column 'runs', which the table 'vqe_runs'",
        ),
        ({"test": {**BOUNDS, "column": "best"}}, "test.column names the column 'best', which the"),
        ({"test": {**BOUNDS, "per": "run"}}, "test.per names .* Did you mean 'runs'"),
        ({"test": {**BRACKETS, "low": "low"}}, "test.low names the column 'low'"),
        ({"test": {**BRACKETS, "high": "high"}}, "test.high names the column 'high'"),
        (
            {**RANKS, "test": {**VALUES, "columns": {"ranks": "n"}}},
            "test.columns names the column 'ranks', which the",
        ),
        (
            {**RANKS, "test": {**VALUES, "columns": {"qfim_rank_max": "rank"}}},
            "test.columns names the column 'rank', which supfig2_rank.csv",
        ),
        (
            {"table": "vqe_runs", "test": {**MEDIAN, "published_column": "median"}},
            "test.published_column names the column 'median', which vqe_loss.csv",
        ),
        (
            {"table": "vqe_runs", "test": {**MEDIAN, "published": "noise.csv"}},
            "names the column 'final_median', which noise.csv",
        ),
        (
            {"table": "vqe_runs", "test": {**SPECTRUM, "published_column": "list"}},
            "test.published_column names the column 'list', which vqe_loss.csv",
        ),
        ({"table": "theory", "where": {"mode": "x"}}, "where names the column 'mode'.*'model'"),
    ],
)
def test_claims_that_name_what_is_not_there(
    plan: Plan, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=f"claims.yaml: statement 'c'.*{message}"):
        check_these(plan, {**CLAIM, "test": COUNTS, **change})


def test_a_claim_that_appears_twice(plan: Plan) -> None:
    good = {**CLAIM, "test": COUNTS}
    with pytest.raises(UserError, match="statement 'c' appears twice"):
        check_these(plan, good, good)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("algebra:numbers", "allowed: algebra:dimensions"),
        ("algebras:dimensions", "there is no module overpar.report.tables.algebras"),
        ("theory:cells", "allowed: theory:theory"),
    ],
)
def test_a_function_that_declares_no_columns(root: Path, function: str, message: str) -> None:
    table = {"function": function, "experiments": ["algebra"]}
    with pytest.raises(UserError, match=f"Config: tables.mine.function is {function!r}; {message}"):
        check_claims(plan_of(root, tables={"mine": table}))
