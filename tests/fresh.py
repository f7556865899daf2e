"""The library as those have it who install nothing else: `make wheel` runs this.

Builds the wheel into dist/, installs it into an empty environment outside of any checkout, and runs
there what the README shows: the first session and the commands.
"""

import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS, MEGABYTES = 60, 400
# Reads what a run has left in a checkout.
RESULTS = "op.results()"


def built(place: Path) -> Path:
    """The wheel, built into an empty directory."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    return wheel


def session() -> list[str]:
    """The statements of the README's first session; the last one reads results."""
    (block,) = re.findall(r"```python\n(.*?)```", readme(), re.DOTALL)
    lines = str(block).strip().splitlines()
    assert [line for line in lines if RESULTS in line] == lines[-1:]
    return lines


def commands() -> list[list[str]]:
    """The arguments of the README's calls of `overpar`."""
    text = readme().replace("\\\n", "")
    return [shlex.split(line) for line in re.findall(r"^\.venv/bin/overpar (.*)$", text, re.M)]


def readme() -> str:
    """Its text."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def refused(statement: str) -> str:
    """Code that runs a statement and prints what the library says against it."""
    return f"try:\n    {statement}\nexcept op.UserError as error:\n    print(error)\n"


def processor_seconds() -> float:
    """Those of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size(place: Path) -> float:
    """Megabytes of all files of a directory."""
    return sum(f.stat().st_size for f in place.rglob("*") if f.is_file()) / 1e6


def main() -> None:
    """Build, install, run; say what it took."""
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    wheel = built(ROOT / "dist")
    with tempfile.TemporaryDirectory() as name:
        place, programs = Path(name), Path(name) / "venv/bin"
        start, used = time.perf_counter(), processor_seconds()
        subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
        before = size(place)
        # Byte code comes with use.
        install = [programs / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
        subprocess.run([*install, "--disable-pip-version-check", wheel], check=True)
        seconds, used = time.perf_counter() - start, processor_seconds() - used
        megabytes = size(place) - before
        print(
            f"{wheel.name}: installed in {seconds:.0f} s, {used:.0f} s of them processor time;"
            f" {megabytes:.0f} MB",
            flush=True,
        )
        *lines, last = session()
        code = "\n".join([*lines, refused(last)])
        start = time.perf_counter()
        said = subprocess.run(
            [programs / "python", "-c", code], cwd=place, check=True, stdout=subprocess.PIPE
        ).stdout.decode()
        assert "in a checkout of the project" in said, said
        for arguments in commands():
            subprocess.run(
                [programs / "overpar", *arguments], cwd=place, check=True, stdout=subprocess.PIPE
            )
        print(f"first session and commands: {time.perf_counter() - start:.0f} s")
        if used > SECONDS or megabytes > MEGABYTES:
            sys.exit(f"More than {SECONDS} s of processor time or {MEGABYTES} MB.")


if __name__ == "__main__":
    main()
