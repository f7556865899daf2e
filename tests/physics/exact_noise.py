"""Noisy QFIM spectra of the periodic chain in 50-digit arithmetic, gate by gate from the text."""

import mpmath
import numpy as np

N = 4
LETTERS = {
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.array([[1, 0], [0, -1]]),
}
mpmath.mp.dps = 50


def exact(matrix: np.ndarray) -> np.ndarray:
    return np.vectorize(mpmath.mpc, otypes=[object])(matrix)


def on(matrix: np.ndarray, qubit: int, stack: np.ndarray) -> np.ndarray:
    """A one-qubit operator times matrices (…, 2ⁿ, 2ⁿ)."""
    shape = stack.shape
    parts = stack.reshape(*shape[:-2], 2**qubit, 2, 2 ** (N - qubit - 1), shape[-1])
    rows = [matrix[a, 0] * parts[..., 0, :, :] + matrix[a, 1] * parts[..., 1, :, :] for a in (0, 1)]
    return np.stack(rows, axis=-3).reshape(shape)


def dagger(stack: np.ndarray) -> np.ndarray:
    return np.conjugate(stack.swapaxes(-1, -2))


def around(matrix: np.ndarray, qubit: int, stack: np.ndarray) -> np.ndarray:
    """UρU† for Hermitian slices."""
    return on(matrix, qubit, dagger(on(matrix, qubit, stack)))


def controlled(control: int, target: int, stack: np.ndarray) -> np.ndarray:
    index = np.arange(2**N)
    on_one = (index >> (N - 1 - control)) & 1
    moved = index ^ (on_one << (N - 1 - target))
    return stack[..., moved, :][..., :, moved]


def noisy(qubits: tuple[int, ...], strength: mpmath.mpf, stack: np.ndarray) -> np.ndarray:
    for qubit in qubits:
        turned = [around(exact(matrix), qubit, stack) for matrix in LETTERS.values()]
        stack = (1 - 3 * strength) * stack + strength * sum(turned)
    return stack


def spectrum(angles: np.ndarray, strength: str) -> list[mpmath.mpf]:
    """QFIM eigenvalues, descending: H, then CNOT·RZ·CNOT on each bond and RX, noise after each."""
    rate, size = mpmath.mpf(strength), 2**N
    stack = exact(np.zeros((len(angles) + 1, size, size)))
    stack[0] = exact(np.diag([1.0] + [0.0] * (size - 1))) - exact(np.eye(size)) / size
    root = mpmath.sqrt(mpmath.mpf("0.5"))

    def rotation(letter: str, qubit: int, parameter: int) -> None:
        nonlocal stack
        half = mpmath.mpf(float(angles[parameter])) / 2
        pauli = exact(LETTERS[letter])
        unitary = mpmath.cos(half) * exact(np.eye(2)) - 1j * mpmath.sin(half) * pauli
        stack = around(unitary, qubit, stack)
        turned = on(pauli, qubit, stack[0])
        stack[parameter + 1] += mpmath.mpc(0, -0.5) * (turned - dagger(turned))
        stack = noisy((qubit,), rate, stack)

    for qubit in range(N):
        stack = noisy(
            (qubit,), rate, around(root * exact(np.array([[1, 1], [1, -1]])), qubit, stack)
        )
    for layer in range(len(angles) // 2):
        for qubit in range(N):
            pair = (qubit, qubit + 1) if qubit < N - 1 else (0, N - 1)
            stack = noisy(pair, rate, controlled(*pair, stack))
            rotation("Z", pair[1], 2 * layer)
            stack = noisy(pair, rate, controlled(*pair, stack))
        for qubit in range(N):
            rotation("X", qubit, 2 * layer + 1)
    rho = mpmath.matrix((stack[0] + exact(np.eye(size)) / size).tolist())
    p, vectors = mpmath.eighe(rho)
    v = np.array(vectors.tolist(), object).reshape(size, size)
    inside = np.array([np.conjugate(v.T) @ t @ v for t in stack[1:]])
    weights = np.array([[2 / (p[a] + p[b]) for b in range(size)] for a in range(size)], object)
    fisher = [
        [(weights * inside[i] * np.conjugate(inside[j])).sum().real for j in range(len(inside))]
        for i in range(len(inside))
    ]
    return sorted(mpmath.eigsy(mpmath.matrix(fisher), eigvals_only=True), reverse=True)


def main() -> None:
    """Print data/published/noise_50_digits.csv, in minutes."""
    print("n,bc,p,noise,strength,eigenvalues")
    for layers, strength in ((6, "0.1"), (8, "0.05")):
        angles = np.pi * np.random.RandomState(1).rand(2 * layers)
        values = " ".join(mpmath.nstr(value, 16) for value in spectrum(angles, strength))
        print(f"4,periodic,{layers},local,{strength},{values}")


if __name__ == "__main__":
    main()
