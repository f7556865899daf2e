"""Compiled sweeps through a program: states, adjoint gradients, tangents, observables."""

import numpy as np

from overpar.engines.kernels import (
    DIAGONAL,
    FIRST,
    FLIP,
    GRADIENT,
    KIND,
    PHASE,
    REAL,
    ROWS,
    SIGN,
    apply,
    parity,
    undo,
)
from overpar.engines.lanes import LANES, kernel, load, spread, spread_first, store


@kernel
def forward(ops, data, buffers, mask, cos, sin, psi):
    """ψ ← Uψ."""
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    for i in range(ops.shape[0]):
        apply(psi, ops[i], data, cos, sin, table, scratch, mask)


@kernel
def _scatter(rows, links, scales, gradient):
    """gradient[parameter] += scale · rows[row] over the (row, parameter) links."""
    gradient[:] = 0.0
    for i in range(links.shape[0]):
        row, parameter = links[i, 0], links[i, 1]
        total = load(gradient, parameter) + scales[i] * load(rows, row)
        store(gradient, parameter, total)


@kernel
def loss_and_gradient(
    ops, data, buffers, mask, links, scales, observable, start, cos, sin, losses, gradients
):
    """Adjoint sweep of every group: losses (groups, 1, LANES), gradients (groups, M, LANES).

    After ψ ← Uψ and λ ← Oψ, every gate is undone on both while Im⟨λ|P|ψ⟩ is collected.
    """
    flips, diagonals, target, weight = observable
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    rows = np.empty((buffers[2], LANES))
    psi, lam = np.empty_like(start), np.empty_like(start)
    for group in range(cos.shape[0]):
        c, s = cos[group], sin[group]
        psi[:] = start
        for i in range(ops.shape[0]):
            apply(psi, ops[i], data, c, s, table, scratch, mask)
        if target.shape[0] > 0:
            _project(target, weight, psi, lam, losses[group])
        else:
            _observe(flips, diagonals, mask, psi, lam, losses[group])
        for i in range(ops.shape[0] - 1, -1, -1):
            undo(psi, lam, ops[i], data, c, s, table, scratch, mask, rows)
        _scatter(rows, links, scales, gradients[group])


@kernel
def pull_back(ops, data, buffers, mask, cos, sin, psi, lam):
    """ψ ← U†ψ and λ ← U†λ."""
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    rows = np.empty((buffers[2], LANES))
    for i in range(ops.shape[0] - 1, -1, -1):
        undo(psi, lam, ops[i], data, cos, sin, table, scratch, mask, rows)


@kernel
def _inject(psi, op, data, mask, weight):
    """ψ += −(i/2)·weight·P ψ₀, where ψ₀ is the first lane spread over all."""
    levels, _, row_data = data
    flip, sign, kind, phase = op[FLIP], op[SIGN], op[KIND], op[PHASE]
    for r in range(psi.shape[0]):
        q = r ^ flip
        if kind == DIAGONAL:
            a = 0.5 * levels[op[FIRST] + row_data[op[ROWS] + (r & mask)]]
        else:
            a = 0.5 * phase * (1.0 - 2.0 * parity(q & sign))
        re, im = spread_first(load(psi, 2 * q)), spread_first(load(psi, 2 * q + 1))
        if kind == REAL:
            store(psi, 2 * r, load(psi, 2 * r) + a * weight * re)
            store(psi, 2 * r + 1, load(psi, 2 * r + 1) + a * weight * im)
        else:
            store(psi, 2 * r, load(psi, 2 * r) + a * weight * im)
            store(psi, 2 * r + 1, load(psi, 2 * r + 1) - a * weight * re)


@kernel
def tangent_sweep(ops, data, buffers, mask, cos, sin, start, out):
    """∂ψ by gradient row: out[row] ← Σ over the row's operations of U_after (−i/2)P U_before ψ.

    Seven rows go side by side in lanes 1…7 behind ψ in lane 0; ψ is advanced to the first
    operation of each seven, so that no work is spent on tangents that are still zero.
    `start` (rows, 2, LANES) ends as Uψ; `out` is (gradient rows, 2ⁿ·inputs) complex.
    """
    table, scratch = np.empty((buffers[0], 2, LANES)), np.empty((buffers[1], 2, LANES))
    psi = np.empty_like(start)
    weight = np.empty((1, LANES))
    done = 0
    for first in range(0, out.shape[0], LANES - 1):
        while ops[done, KIND] > DIAGONAL or ops[done, GRADIENT] < first:
            apply(start, ops[done], data, cos, sin, table, scratch, mask)
            done += 1
        psi[:] = 0.0
        for r in range(psi.shape[0]):
            psi[r, 0, 0], psi[r, 1, 0] = start[r, 0, 0], start[r, 1, 0]
        for i in range(done, ops.shape[0]):
            op = ops[i]
            apply(psi, op, data, cos, sin, table, scratch, mask)
            row = op[GRADIENT] - first
            if op[KIND] <= DIAGONAL and 0 <= row < LANES - 1:
                weight[:] = 0.0
                weight[0, row + 1] = 1.0
                _inject(psi, op, data, mask, load(weight, 0))
        for row in range(first, min(first + LANES - 1, out.shape[0])):
            for r in range(psi.shape[0]):
                out[row, r] = psi[r, 0, row - first + 1] + 1j * psi[r, 1, row - first + 1]
    for i in range(done, ops.shape[0]):
        apply(start, ops[i], data, cos, sin, table, scratch, mask)


@kernel
def _observe(flips, diagonals, mask, psi, lam, loss):
    """λ ← Oψ for a Pauli sum given by flips and complex diagonals; loss ← ⟨ψ|O|ψ⟩."""
    total = spread(0.0)
    for r in range(psi.shape[0]):
        re, im = spread(0.0), spread(0.0)
        for j in range(flips.shape[0]):
            d = diagonals[j, r & mask]
            q = 2 * (r ^ flips[j])
            xr, xi = load(psi, q), load(psi, q + 1)
            re += d.real * xr - d.imag * xi
            im += d.real * xi + d.imag * xr
        store(lam, 2 * r, re)
        store(lam, 2 * r + 1, im)
        total += load(psi, 2 * r) * re + load(psi, 2 * r + 1) * im
    store(loss, 0, total)


@kernel
def _project(target, weight, psi, lam, loss):
    """λ ← w|t⟩⟨t|ψ⟩; loss ← w|⟨t|ψ⟩|²."""
    re, im = spread(0.0), spread(0.0)
    for r in range(psi.shape[0]):
        t = target[r]
        xr, xi = load(psi, 2 * r), load(psi, 2 * r + 1)
        re += t.real * xr + t.imag * xi
        im += t.real * xi - t.imag * xr
    for r in range(psi.shape[0]):
        t = target[r]
        store(lam, 2 * r, weight * (t.real * re - t.imag * im))
        store(lam, 2 * r + 1, weight * (t.real * im + t.imag * re))
    store(loss, 0, weight * (re * re + im * im))
