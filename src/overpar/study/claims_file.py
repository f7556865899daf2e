"""The file of claims, read and checked against the plan."""

from pathlib import Path

from overpar.base.errors import UserError
from overpar.base.validation import check
from overpar.report.criteria import Claims, Published
from overpar.study.config import read
from overpar.study.plan import PUBLISHED, Plan


def read_claims(plan: Plan) -> Claims:
    """The claims of a plan, checked.

    Raises:
        UserError: naming the file, the claim and what is wrong with it.
    """
    path = plan.project / plan.config.claims
    claims = check(Claims, read([path]), source=plan.config.claims)
    seen: set[str] = set()
    for claim in claims.claims:
        where = f"{plan.config.claims}: claim {claim.id!r}"
        if claim.id in seen:
            raise UserError(f"{where} appears twice.")
        seen.add(claim.id)
        if claim.table not in plan.config.tables:
            raise UserError(
                f"{where} reads the unknown table {claim.table!r};"
                f" allowed: {', '.join(plan.config.tables)}."
            )
        if isinstance(claim.test, Published):
            facts = plan.project / PUBLISHED / claim.test.published
            if not Path(facts).is_file():
                raise UserError(f"{where} compares with {str(facts)!r}; there is no such file.")
    return claims
