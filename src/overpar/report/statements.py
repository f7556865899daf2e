"""Statements of the papers and our own: a sentence once, tested on every instance of a sweep."""

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from overpar.report.criteria import Scalar, Strict, Test

PLACE = re.compile(r"\{(\w+)\}")
Where = dict[str, Scalar | list[Scalar]]


class Instance(Strict):
    """One test of a statement: the rows it is about, and what it asks of them."""

    label: str = Field(description="what tells it from the others, such as qubits=4")
    table: str
    where: Where
    test: Test
    group: str = Field(description="instances of a group look at different runs")


class LeftOut(Strict):
    """Rows that a statement is not about, and why."""

    where: Where
    because: str


class Statement(Strict):
    """A sentence, where it comes from, its test, and what is known if it is not met.

    In `table`, `where` and `test`, {key} stands for the value of that key of `for_each`; a key that
    is nowhere written so is a column of the table.
    """

    id: str
    source: str
    statement: str
    fixed: Literal["before", "after"] = Field(
        description="whether the test was committed before the first result that it reads was there"
    )
    table: str
    for_each: dict[str, list[Scalar]] | list[Where] = Field(
        default_factory=dict, description="every combination of values, or a list of them"
    )
    repeated: list[str] = Field(
        default_factory=list,
        description="keys of for_each whose instances look at the same runs, so that they are not"
        " tested together",
    )
    where: Where = Field(default_factory=dict)
    leave_out: list[LeftOut] = Field(default_factory=list)
    test: dict[str, Any]
    corrected_by: list[str] = Field(
        default_factory=list, description="statements that show why this one is not met"
    )
    exact_law: list[str] = Field(
        default_factory=list, description="statements of the law at this size, which tends to this"
    )
    explanation: str = Field("", description="name of an explanation, shown if it is not met")

    @model_validator(mode="after")
    def _expands(self) -> "Statement":
        keys = set(self.for_each) if isinstance(self.for_each, dict) else set()
        keys |= {key for item in self.for_each if isinstance(item, dict) for key in item}
        unknown = [key for key in self.repeated if key not in keys]
        if unknown:
            raise ValueError(f"repeated names {unknown[0]!r}, which for_each does not have")
        for place in PLACE.findall(f"{self.table} {self.where} {self.test}"):
            if place not in keys:
                raise ValueError(f"{{{place}}} is not a key of for_each")
        try:
            found = self.instances
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{where}: {first['msg']}") from None
        if not found:
            raise ValueError("for_each has no value")
        return self

    @cached_property
    def instances(self) -> list[Instance]:
        """All tests of the statement."""
        return list(self._instances())

    def _instances(self) -> Iterator[Instance]:
        used = set(PLACE.findall(f"{self.table} {self.where} {self.test}"))
        for item in self._items():
            where = {**_filled(self.where, item), **{k: item[k] for k in item if k not in used}}
            # Numbers that the test compares with are said with what it expects.
            shown = {k: v for k, v in item.items() if k not in used or isinstance(v, str)}
            yield Instance(
                label=", ".join(f"{key}={value}" for key, value in shown.items()),
                table=_filled(self.table, item),
                where=where,
                test=_filled(self.test, item),
                group=", ".join(f"{key}={item[key]}" for key in self.repeated),
            )

    def _items(self) -> list[Where]:
        if isinstance(self.for_each, list):
            return self.for_each
        values = itertools.product(*self.for_each.values())
        return [dict(zip(self.for_each, chosen, strict=True)) for chosen in values]


class Claims(Strict):
    """All statements, and the error rate of each at which a difference counts."""

    alpha: float = Field(gt=0, lt=1)
    papers: dict[str, str] = Field(default_factory=dict, description="by their letter in sources")
    explanations: dict[str, str] = Field(default_factory=dict, description="by name")
    statements: list[Statement]

    @model_validator(mode="after")
    def _linked(self) -> "Claims":
        known = [statement.id for statement in self.statements]
        for name in known:
            if known.count(name) > 1:
                raise ValueError(f"statement {name!r} appears twice")
        for one in self.statements:
            for key in ("corrected_by", "exact_law"):
                for other in getattr(one, key):
                    if other not in known or other == one.id:
                        raise ValueError(
                            f"statement {one.id!r}: {key} names {other!r}, which is no other"
                            " statement"
                        )
            if one.explanation and one.explanation not in self.explanations:
                raise ValueError(
                    f"statement {one.id!r}: there is no explanation {one.explanation!r}"
                )
        return self


def _filled(value: Any, item: Mapping[str, Any]) -> Any:
    """A value with {key} replaced; a text that is nothing else becomes the value itself."""
    if isinstance(value, dict):
        return {_filled(key, item): _filled(v, item) for key, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, item) for v in value]
    if not isinstance(value, str):
        return value
    alone = PLACE.fullmatch(value)
    if alone:
        return item[alone[1]]
    return PLACE.sub(lambda place: str(item[place[1]]), value)
