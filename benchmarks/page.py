"""The page and the picture of `make bench`."""

from pathlib import Path

LIMITS = {
    "fermions": "arithmetic: about 1,500 multiply-adds a layer and run, eight runs at a time",
    "paulis": "stores to the first-level cache; below 4 qubits calls of NumPy",
    "statevector": "second-level cache: two states of 8 runs × 1024 amplitudes are 256 kB",
    "qibo": "one matrix product per gate from Python; parameter shift needs two runs a gate",
    "qiboml": "as Qibo, recorded and replayed by PyTorch's autograd",
    "lightning": "one circuit at a time; gates in C++, adjoint sweep per gate",
    "closure": "sparse brackets with generators, ranks modulo two primes; strings are only counted",
    "pennylane": "the same brackets one by one in Python, rank in floating point",
    "gaussian": "products of n × n/2 matrices, one for each pair of angles",
    "residues": "elimination modulo two primes; tangents of state vectors modulo them",
    "modes": "elimination modulo two primes; tangents are n × n/2 matrices",
    "singular": "singular values of the tangents of the state vector",
}


def plot(results: dict[str, object], path: Path) -> None:
    """Cost against n and depth."""
    from matplotlib.figure import Figure

    from overpar.report.plots.style import COLOURS, COLUMN, styled

    scale = results["scaling"]
    assert isinstance(scale, dict)
    with styled():
        figure = Figure(figsize=(COLUMN, 2.1))
        left, right = figure.subplots(1, 2)
        for colour, engine in zip(COLOURS, ("fermions", "statevector"), strict=False):
            left.plot(*zip(*scale[f"{engine} against n"], strict=True), "o-", ms=2.5, color=colour)
            points = scale[f"{engine} against depth"]
            right.plot(*zip(*points, strict=True), "o-", ms=2.5, color=colour, label=engine)
        left.set(xscale="log", yscale="log", xlabel="qubits $n$", ylabel="µs per layer and run")
        right.set(xscale="log", yscale="log", xlabel="layers $p$ ($n = 10$)", ylabel="µs per run")
        right.legend()
        figure.savefig(path)


def write_page(results: dict[str, object], runs: int, path: Path) -> None:
    """The page docs/performance.md."""
    medians, ratios, machines = results["medians"], results["ratios"], results["machines"]
    big, rounds, closures = results["large"], results["rounds"], results["chains"]
    assert isinstance(closures, dict)
    assert isinstance(medians, dict)
    assert isinstance(machines, dict)
    assert isinstance(ratios, dict)
    assert isinstance(big, dict)
    assert isinstance(results["workflow"], dict)
    text = [
        "# Performance",
        "",
        f"Written by `make bench`: medians of {rounds} rounds in which all programs take turns,",
        f"one thread each; ours in batches of {runs} runs, processor time. Ratios are medians of",
        "the ratios within a round, against our fastest engine for the task. Qibo has",
        "no gradient of its own on a CPU: its figure is one execution times 2 × rotations + 1, and",
        "for a Hessian times 2G(G+1), four shifts for each pair of G rotations as in the release;",
        "for the HEA it executes the 32 basis states one by one. PennyLane's Lie closure is timed",
        "the first time in a process, since it keeps products of strings; ours keeps nothing.",
        "",
    ]
    for line, values in medians.items():
        title, unit = line.rsplit(": ", 1)
        text += [f"## {title}", "", f"On {machines[line]}.", ""]
        text += [f"| program | {unit} | times ours | limited by |"]
        text += ["| --- | ---: | ---: | --- |"]
        for name, value in values.items():
            text.append(f"| {name} | {value:.3g} | {ratios[line][name]:.3g} | {LIMITS[name]} |")
        text.append("")
    if results["workflow"]:
        shares = "CPU seconds of `make reproduce`: main process {main:.0f}, jobs {jobs:.0f}; inside"
        shares += " the experiments' run functions {inside:.0f}. All by the last: {ratio:.3f}."
        text += ["## The whole", "", shares.format(**results["workflow"]), ""]
    text += [
        "## Large chains",
        "",
        f"One training step of 16 runs at n = 100, p = 100, open chain, two threads: "
        f"{big['milliseconds']:.1f} ms; peak memory of the process {big['peak_megabytes']:.0f} MB.",
        "",
        "The dimension n² of the open chain's algebra takes "
        + ", ".join(f"{value:.3g} ms at n = {n}" for n, value in closures.items())
        + ".",
        "",
        "![cost against qubits and depth](performance.png)",
        "",
    ]
    path.write_text("\n".join(text), encoding="utf-8")
