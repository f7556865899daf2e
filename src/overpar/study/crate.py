"""The provenance of a finished run as a Provenance Run Crate: ro-crate-metadata.json.

What is committed is a file of the crate, with its sha256; records and tables, which a run leaves
outside of Git, are collections named by what they were made of.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from overpar.base.checks import require
from overpar.base.records import check_record, read_attributes
from overpar.study import artefacts
from overpar.study.artefacts import Artefact
from overpar.study.check import Study
from overpar.study.checkout import release
from overpar.study.codemeta import CITATION, citation
from overpar.study.config import DEFAULT
from overpar.study.inputs import data_status
from overpar.study.plan import CHECKSUMS, ERRATA, PUBLISHED, Cell

NAME = "ro-crate-metadata.json"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# Where the profiles define what the crate's own vocabulary has no word for.
TERMS = "https://w3id.org/ro/terms/workflow-run#"
SECOND = "https://qudt.org/vocab/unit/SEC"
FORMATS = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}


def crate_text(study: Study) -> str:
    """The crate of a run's results.

    Args:
        study: what was run.

    Returns:
        JSON, the same for the same results.

    Raises:
        UserError: if a record, table, figure or page is missing, damaged or of something else.

    Source: Provenance Run Crate 0.5, w3id.org/ro/wfrun/provenance/0.5.
    """
    writer = _Writer(study)
    writer.write()
    content = writer.crate.metadata.generate()
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


class _Writer:
    """Adds what was done, step by step.

    Args:
        study: what was run.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_terms.update(
            {term: TERMS + term for term in ("sha256", "resourceUsage")}
        )
        self.tools: dict[str, Any] = {}
        self.steps: list[Any] = []
        self.actions: list[Any] = []
        self.results: list[Any] = []
        self.records: dict[str, Any] = {}
        self.tables: dict[str, Any] = {}
        self.ends: list[float] = []
        self.author = self._entity(
            "#authors",
            "Organization",
            name=citation(study.plan.project)["authors"][0]["name"],
        )

    def write(self) -> None:
        """All of it: inputs, an action per experiment, table and page, and the run as a whole."""
        plan = self.study.plan
        published = sorted((plan.project / PUBLISHED).glob("*.csv"))
        config = self._file(plan.project / DEFAULT)
        facts = [self._file(path) for path in published]
        claims, findings, checksums = (
            self._file(plan.project / path) for path in (plan.config.claims, ERRATA, CHECKSUMS)
        )
        for name in plan.config.experiments:
            self._simulated(name, [config, checksums])
        for name, block in plan.config.tables.items():
            self._tabulated(name, block.function, [self.records[e] for e in block.experiments])
        for name, figure in plan.config.figures.items():
            tool = self._tool("report/plots", figure.function)
            read = [*figure.tables.values()]
            self._made(
                artefacts.figure(self.study, name),
                tool,
                [self.tables[table] for table in dict.fromkeys(read)]
                + [self._file(plan.project / PUBLISHED / f) for f in figure.published.values()],
            )
        every = list(self.tables.values())
        scorecard, errata = artefacts.scorecard(self.study), artefacts.errata(self.study)
        self._made(scorecard, self._tool("report", "verdicts"), [claims, *facts, *every])
        self._made(errata, self._tool("study/errata", "findings"), [findings, checksums, *facts])
        if plan.config.article:
            article = artefacts.article(self.study)
            self._made(article, self._tool("report", "article"), [*facts, *every])
        page = artefacts.page(self.study)
        self._made(page, self._tool("study", "page"), [claims, findings, *facts, *every])
        self._whole([config, claims, findings, checksums, *facts])

    def _simulated(self, name: str, inputs: list[Any]) -> None:
        """The records of an experiment."""
        cells = list(self.study.plan.cells_of(name).values())
        read = [self._attributes(cell) for cell in cells]
        needed = {
            other.experiment: None
            for cell in cells
            for other in self.study.plan.records(cell.spec.needs()).values()
        }
        tool = self._tool("experiments", cells[0].kind)
        tool.append_to("softwareRequirements", self._software(read))
        records = self.records[name] = self._collection(
            f"records/{name}",
            f"{len(cells)} netCDF records of {name}, made at commit"
            f" {', '.join(sorted({a['git_commit'] for a in read}))}",
            (a["identity"] for a in read),
        )
        end = max(cell.path.stat().st_mtime for cell in cells)
        self.ends.append(end)
        resources = {"seconds": "wall time", "processor_seconds": "processor time"}
        usage = [
            self._entity(
                f"#usage/{name}/{key}",
                "PropertyValue",
                name=f"{title} of all records",
                propertyID=f"overpar:{key}",
                value=f"{sum(float(a[key]) for a in read):.1f}",
                unitCode={"@id": SECOND},
            )
            for key, title in resources.items()
        ]
        self._action(
            f"simulate {name}",
            tool,
            [*inputs, *(self.records[other] for other in needed if other in self.records)],
            [records],
            resourceUsage=usage,
            endTime=_time(end),
        )

    def _attributes(self, cell: Cell) -> dict[str, Any]:
        """What a record says of itself, if it is whole and of this plan."""
        require(cell.path.is_file(), f"There is no {cell.path} yet; `make reproduce` makes it.")
        plan, identity = self.study.plan, self.study.identities.cell(cell)
        check_record(cell.path, identity, data_status(plan, cell))
        return read_attributes(cell.path)

    def _tabulated(self, name: str, function: str, records: list[Any]) -> None:
        made = artefacts.table(self.study, name)
        made.check()
        table = self._collection(f"tables/{name}", f"Table {name}", [made.identity])
        self.tables[name] = table
        tool = self._tool("report/tables", function)
        self._action(f"tabulate {name}", tool, records, [table])

    def _made(self, made: Artefact, tool: Any, inputs: list[Any]) -> None:
        """Files that are committed."""
        made.check()
        files = [self._file(made.stamp.parent / name) for name in made.sums]
        self.results += files
        self._action(made.name, tool, inputs, files, identifier=made.identity)

    def _whole(self, inputs: list[Any]) -> None:
        """The workflow, its run, and what the crate as a whole is."""
        plan, crate = self.study.plan, self.crate
        types = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
        workflow = crate.add_workflow(
            plan.project / "Snakefile",
            "Snakefile",
            main=True,
            lang="snakemake",
            properties={"@type": types},
        )
        name = "Replication of the theory of overparametrization in quantum neural networks"
        workflow["name"] = name
        workflow["version"] = release(plan.project)
        workflow["hasPart"] = list(self.tools.values())
        workflow["step"] = self.steps
        workflow["input"] = self._parameter("config", inputs[0], workflow)
        workflow["output"] = self._parameter("scorecard", self._named("scorecard.csv"), workflow)
        run = self._action(
            f"run of {DEFAULT} at {plan.config.size} size",
            workflow,
            inputs,
            self.results,
            step=False,
            endTime=_time(max(self.ends)),
        )
        root = crate.root_dataset
        root["name"] = name
        root["description"] = (
            "A finished run of the workflow: what was simulated, tabulated and drawn, by which"
            " code, from what, and in how much time."
        )
        root["datePublished"] = _time(max(self.ends)).partition("T")[0]
        root["license"] = self._entity(
            "https://spdx.org/licenses/MIT", "CreativeWork", name="MIT License"
        )
        root["author"] = self.author
        root["mentions"] = [run, *self.actions[:-1]]
        root["conformsTo"] = [
            self._entity(url, "CreativeWork", name=title, version=url.rpartition("/")[2])
            for url, title in PROFILES.items()
        ]
        for path in (CITATION, "codemeta.json", "requirements.lock"):
            if (plan.project / path).is_file():
                self._file(plan.project / path)

    def _named(self, name: str) -> Any:
        return next(file for file in self.results if file.id.endswith(f"/{name}"))

    def _parameter(self, name: str, example: Any, workflow: Any) -> Any:
        parameter = self._entity(
            f"{workflow.id}#{name}",
            "FormalParameter",
            name=name,
            additionalType="File",
            conformsTo={"@id": "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"},
            workExample=example,
        )
        example["exampleOfWork"] = parameter
        return parameter

    def _action(
        self, name: str, tool: Any, inputs: list[Any], results: list[Any], **more: Any
    ) -> Any:
        """Something done, and the step of the workflow that it is of."""
        if more.pop("step", True):
            number = len(self.steps) + 1
            self.steps.append(
                self._entity(f"#step/{number}", "HowToStep", name=name, position=str(number))
            )
            self.steps[-1]["workExample"] = tool
        action = self.crate.add_action(
            tool, f"#action/{len(self.actions) + 1}", object=inputs, result=results
        )
        for key, value in {"name": name, "agent": self.author, **more}.items():
            action[key] = value
        action["actionStatus"] = {"@id": "http://schema.org/CompletedActionStatus"}
        self.actions.append(action)
        return action

    def _tool(self, room: str, function: str) -> Any:
        """The module that does something, with its function if it has several."""
        path = f"src/overpar/{room}/{function.partition(':')[0]}.py"
        if path not in self.tools:
            code = {"@type": ["File", "SoftwareSourceCode"], "name": path}
            self.tools[path] = self._file(self.study.plan.project / path, code)
        return self.tools[path]

    def _software(self, read: Iterable[Mapping[str, Any]]) -> list[Any]:
        """The packages that records were made with."""
        found = {pair for a in read for pair in json.loads(a["versions"]).items()}
        return [
            self._entity(f"#{name}-{number}", "SoftwareApplication", name=name, version=number)
            for name, number in sorted(found)
        ]

    def _collection(self, place: str, name: str, identities: Iterable[str]) -> Any:
        digest = hashlib.sha256("\n".join(identities).encode()).hexdigest()
        return self._entity(f"#{place}", "Collection", name=name, identifier=digest)

    def _file(self, path: Path, more: Mapping[str, Any] | None = None) -> Any:
        name = path.relative_to(self.study.plan.project).as_posix()
        known = self.crate.get(name)
        if known is not None:
            return known
        content = path.read_bytes()
        properties = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "contentSize": str(len(content)),
            "encodingFormat": FORMATS.get(path.suffix, "text/plain"),
            **(more or {}),
        }
        return self.crate.add_file(path, name, properties=properties)

    def _entity(self, place: str, kind: str, **properties: Any) -> Any:
        entity = self.crate.get(place) or self.crate.add(
            ContextEntity(self.crate, place, properties={"@type": kind})
        )
        for key, value in properties.items():
            entity[key] = value
        return entity


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
