"""`overpar verdict`: the scorecard again, from the tables that are committed beside it."""

import argparse
import io
from typing import TYPE_CHECKING

from overpar.base.checks import require
from overpar.cli.workflow import add_config_option, load_study

if TYPE_CHECKING:
    import pandas as pd


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verdict`."""
    command = commands.add_parser(
        "verdict",
        help="judge every statement again, without a run",
        description="Judge every statement of config/claims.yaml from the tables in figures/tables,"
        " which a run leaves beside its scorecard, and compare with figures/scorecard.csv. Prints"
        " what is not replicated, and the counts. Exit code 1 if the scorecard says otherwise.",
    )
    add_config_option(command)
    command.add_argument("--all", action="store_true", help="print replicated statements too")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import pandas as pd

    from overpar.study.claims_file import read_claims
    from overpar.study.scorecard import judged, packed, tables_judged

    plan = load_study(options.config).plan
    claims = read_claims(plan)
    written = plan.figures / "scorecard.csv"
    for path in (*(packed(plan, name) for name in tables_judged(claims)), written):
        require(path.is_file(), f"There is no {path}; `make reproduce` makes it.")
    scorecard, instances = judged(plan, claims, lambda name: pd.read_csv(packed(plan, name)))
    for row in scorecard.to_dict("records"):
        if options.all or row["verdict"] != "replicated":
            print(f"{row['verdict']:12}  {row['id']}: {row['statement']}")
            print(f"{'':14}{row['instances']} tests hold; {row['observed']}")
    counts = scorecard["verdict"].value_counts()
    said = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    print(f"{len(scorecard)} statements, tested {len(instances)} times: {said}")
    other = _differing(scorecard, pd.read_csv(written, keep_default_na=False))
    print(f"{written}: {', '.join(other) + ' differ' if other else 'the same'}")
    return 1 if other else 0


def _differing(ours: "pd.DataFrame", written: "pd.DataFrame") -> list[str]:
    """Statements that two scorecards say different things of, in any column."""
    import pandas as pd

    read = pd.read_csv(io.StringIO(ours.to_csv(index=False)), keep_default_na=False)
    rows = [dict(zip(t["id"], t.to_dict("records"), strict=True)) for t in (read, written)]
    return [name for name in {**rows[0], **rows[1]} if rows[0].get(name) != rows[1].get(name)]
