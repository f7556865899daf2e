"""The findings of config/errata.yaml, each checked: the rows of figures/errata.csv."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from overpar.base.checks import require
from overpar.base.validation import check, choices
from overpar.study import artefacts
from overpar.study.check import Study
from overpar.study.config import read
from overpar.study.errata import chain, circuits
from overpar.study.errata.files import Absent, Files
from overpar.study.plan import ERRATA, Plan

CHECKS = chain.CHECKS | circuits.CHECKS
YES, NO, UNKNOWN = "confirmed", "not confirmed", "not checked: file not there"
COMMAND = ".venv/bin/overpar errata"


class Finding(BaseModel):
    """Something that is not as published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="name of its check")
    where: str = Field(description="file or equation; letters are those of config/claims.yaml")
    says: str = Field(description="what it says")
    is_: str = Field(alias="is", description="what it is")
    basis: str = Field(description="what the check reads")
    statement: list[str] = Field(description="claims that test it")


class _Findings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    findings: list[Finding]


def read_findings(project: Path) -> dict[str, Finding]:
    """The findings by id.

    Raises:
        UserError: naming the file, the key and what is allowed.
    """
    found = check(_Findings, read([project / ERRATA]), source=str(ERRATA)).findings
    for finding in found:
        require(
            finding.id in CHECKS,
            f"{ERRATA}: there is no check {finding.id!r}; {choices(finding.id, CHECKS)}",
        )
    return {finding.id: finding for finding in found}


def rows(plan: Plan, names: Iterable[str] = ()) -> Iterator[dict[str, str]]:
    """Check findings, one after the other, with the files that were fetched.

    Args:
        plan: says where these are.
        names: ids of findings; all if empty.

    Returns:
        For each id, where, says, is, expected, seen, confirmed, shown_by and statement.

    Raises:
        UserError: for an unknown id, or a file with another checksum.
    """
    findings = read_findings(plan.project)
    wanted = list(names) or list(findings)
    for name in wanted:
        require(name in findings, f"There is no finding {name!r}; {choices(name, findings)}")
    files = Files(plan.project, Path(plan.config.paths.external))
    for name in wanted:
        finding = findings[name]
        try:
            outcome = CHECKS[name](files)
            expected, seen = outcome.expected, outcome.seen
            confirmed = YES if outcome.confirmed else NO
        except Absent as error:
            expected, seen, confirmed = "", str(error), UNKNOWN
        yield {
            "id": name,
            "where": finding.where,
            "says": finding.says,
            "is": finding.is_,
            "expected": expected,
            "seen": seen,
            "confirmed": confirmed,
            "shown_by": f"{COMMAND} {name} (from {finding.basis})",
            "statement": ", ".join(finding.statement),
        }


def build_errata(study: Study) -> None:
    """Check all findings and write errata.csv beside the figures."""
    table = pd.DataFrame(rows(study.plan))
    artefact = artefacts.errata(study)
    artefact.write({artefact.files[0]: table.to_csv(index=False)})
