"""Eight or four doubles as one Numba value, so that kernels are written per group of runs.

A `Lanes` value is an LLVM vector <8 x double>: arithmetic on it is one instruction on AVX-512
and a few elsewhere. Half as many are for kernels that hold more values than AVX2 has registers.
Numba's own loops over lanes stay scalar here, because LLVM cannot prove that two rows of a state do
not overlap. Multiplications and additions may contract to fused multiply-adds; nothing is
reassociated, so a run's result does not depend on its lane.

`load(a, i)` and `store(a, i, v)` address the i-th group of eight in a contiguous float64 array,
`load_half(a, i)` and `store(a, i, v)` of a half the i-th group of four.
"""

import hashlib
import operator
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.core import cgutils, errors
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from overpar.engines.compiled import CheckedFiles
from overpar.engines.interface import Floats

LANES = 8
HALF = 4
# Without inlining, a kernel compiled in this process and one loaded from the cache are optimised
# apart, contract to multiply-adds differently, and differ in the last bit.
OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "forceinline": True}

_ENGINES = Path(__file__).parent
# Numba notices changes of a kernel's own file only, not of the kernels it calls: the cache of
# another state of these files must never be used.
_WITH_KERNELS = ("fermions", "kernels", "lanes", "pauli_kernels", "residues", "sweeps", "transfer")
_STATE = hashlib.sha256(b"".join((_ENGINES / f"{n}.py").read_bytes() for n in _WITH_KERNELS))
_CACHE = _ENGINES / "__pycache__" / f"kernels-{_STATE.hexdigest()[:16]}"


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function with Numba: cached on disk, without the interpreter lock."""
    before = config.CACHE_DIR
    config.CACHE_DIR = before or str(_CACHE)
    try:
        compiled: Callable[..., Any] = njit(**OPTIONS)(function)
        compiled._cache._cache_file.__class__ = CheckedFiles  # type: ignore[attr-defined]
    finally:
        config.CACHE_DIR = before
    return compiled


_CONTRACT = ("contract", "nsz")


class _Lanes(types.Type):  # type: ignore[misc]
    def __init__(self, width: int) -> None:
        super().__init__(name=f"Lanes{width}")
        self.width = width
        self.vector = ir.VectorType(ir.DoubleType(), width)


lanes, half = _Lanes(LANES), _Lanes(HALF)


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, kind.vector)


def _spread(builder: Any, value: Any, kind: _Lanes) -> Any:
    """A double in all lanes; a vector unchanged."""
    if value.type == kind.vector:
        return value
    first = ir.Constant(ir.IntType(32), 0)
    single = builder.insert_element(ir.Constant(kind.vector, ir.Undefined), value, first)
    mask = ir.Constant(ir.VectorType(ir.IntType(32), kind.width), [0] * kind.width)
    return builder.shuffle_vector(single, ir.Constant(kind.vector, ir.Undefined), mask)


def _define(function: Any, instruction: str) -> None:
    cases = [
        signature(kind, *pair)
        for kind in (lanes, half)
        for pair in ((kind, kind), (types.float64, kind), (kind, types.float64))
    ]

    class Template(ConcreteTemplate):  # type: ignore[misc]
        pass

    Template.cases = cases
    infer_global(function)(Template)
    for case in cases:

        def lower(_context: Any, builder: Any, sig: Any, args: Any) -> Any:
            left, right = (_spread(builder, value, sig.return_type) for value in args)
            return getattr(builder, instruction)(left, right, flags=_CONTRACT)

        lower_builtin(function, *case.args)(lower)


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.iadd, "fadd"),
    (operator.sub, "fsub"),
    (operator.isub, "fsub"),
    (operator.mul, "fmul"),
    (operator.imul, "fmul"),
):
    _define(_function, _instruction)


@infer_global(operator.neg)
class _Negative(ConcreteTemplate):  # type: ignore[misc]
    cases = (signature(lanes, lanes), signature(half, half))


@lower_builtin(operator.neg, lanes)
@lower_builtin(operator.neg, half)
def _lower_neg(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


def _require_contiguous(array: Any) -> None:
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype != types.float64:
        raise errors.TypingError(f"lanes need a C-contiguous float64 array, not {array}")


def _place(context: Any, builder: Any, sig: Any, args: Any, kind: _Lanes) -> Any:
    index = context.cast(builder, args[1], sig.args[1], types.intp)
    data = context.make_array(sig.args[0])(context, builder, args[0]).data
    offset = builder.mul(index, ir.Constant(index.type, kind.width))
    pointer = cgutils.gep_inbounds(builder, data, offset)
    return builder.bitcast(pointer, kind.vector.as_pointer())


def _load(kind: _Lanes, array: Any, index: Any) -> Any:
    _require_contiguous(array)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, sig, args, kind), align=8)

    return kind(array, index), code


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Group `index` of a contiguous float64 array."""
    return _load(lanes, array, index)


@intrinsic
def load_half(typing: Any, array: Any, index: Any) -> Any:
    """As `load`, four at a time."""
    return _load(half, array, index)


@intrinsic
def store(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Write group `index` of a contiguous float64 array."""
    _require_contiguous(array)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _place(context, builder, sig, args, value), align=8)
        return context.get_dummy_value()

    return types.void(array, index, value), code


@intrinsic
def spread(typing: Any, value: Any) -> Any:
    """A double in all lanes."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0], lanes)

    return lanes(types.float64), code


@intrinsic
def spread_half(typing: Any, value: Any) -> Any:
    """A double in four lanes."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0], half)

    return half(types.float64), code


@intrinsic
def spread_first(typing: Any, value: Any) -> Any:
    """The first lane in all lanes."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(args[0], ir.Constant(lanes.vector, ir.Undefined), mask)

    return lanes(lanes), code


def pack(values: Floats, width: int = LANES) -> Floats:
    """Rows in groups of a width, the last group padded with copies: (groups, M, width)."""
    groups = -(-len(values) // width)
    padded = values[np.minimum(np.arange(groups * width), len(values) - 1)]
    return np.ascontiguousarray(padded.reshape(groups, width, -1).transpose(0, 2, 1))


def unpack(packed: Floats, runs: int) -> Floats:
    """The inverse of `pack` for the first `runs` rows: (runs, M)."""
    return packed.transpose(0, 2, 1).reshape(-1, packed.shape[1])[:runs]


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def over_groups(
    kernel: Callable[..., None], fixed: Sequence[Any], arrays: Sequence[Floats], threads: int
) -> None:
    """Call kernel(*fixed, *arrays) on shares of the groups (first axis), a share per thread.

    Kernels release the interpreter lock and groups are independent, so the result does not
    depend on the number of threads.
    """
    if threads == 1 or len(arrays[0]) == 1:
        kernel(*fixed, *arrays)
        return
    edges = np.linspace(0, len(arrays[0]), threads + 1).round().astype(int)
    shares = [slice(a, b) for a, b in pairwise(edges) if b > a]
    work = [_pool(threads).submit(kernel, *fixed, *(a[share] for a in arrays)) for share in shares]
    for part in work:
        part.result()
