"""Random numbers are keyed by content."""

import itertools

import pytest

from overpar.base.seeds import generator
from overpar.experiments.common.spec import Context

# If one of these moves, every result of the project moves with it.
GOLDEN = {
    (0,): (0.6925509864264295, 0.5736704702583258),
    (2109, "vqe", "n=4", 0): (0.05509987960735063, 0.3654659046263673),
    (2109, "vqe", "n=4", 1): (0.3323695215442666, 0.5205353791244596),
    (2**63, "a", 3): (0.275815704378804, 6.272008328711554e-05),
}


@pytest.mark.parametrize("key", GOLDEN)
def test_first_numbers(key: tuple[int, str | int]) -> None:
    assert tuple(generator(*key).random(2)) == GOLDEN[key]


def test_other_content_other_numbers() -> None:
    roots, contents = (
        (1, 2),
        ((), ("a",), ("b",), ("a", 0), ("a", 1), ("a", "b"), ("ab",), ("b", "a")),
    )
    keys = list(itertools.product(roots, contents))
    assert len({generator(root, *content).random() for root, content in keys}) == len(keys)


def test_a_cell_draws_by_experiment_label_and_use() -> None:
    drawn = Context("vqe", "n=4", 2109).generator(0).random()
    assert drawn == GOLDEN[2109, "vqe", "n=4", 0][0]
    assert drawn != Context("vqe", "n=6", 2109).generator(0).random()
