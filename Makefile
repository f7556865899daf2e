# `make reproduce` and `make test` are all that is needed; both make the environment first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORES ?= all
SNAKEMAKE = $(BIN)/snakemake --cores $(CORES)

.DEFAULT_GOAL := help
.PHONY: help reproduce smoke large test lint check schema docs unlock peers bench faults fuzz mutants wheel site crate slurm slurm-test clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

reproduce: $(VENV)/.ready  ## every figure, table and claim at published size: figures/index.html
	$(SNAKEMAKE)
	@$(call read,data,figures)

smoke: $(VENV)/.ready  ## the same workflow, small, in minutes: data/smoke/figures/index.html
	$(SNAKEMAKE) --configfile config/smoke.yaml
	@$(call read,data/smoke,data/smoke/figures,config/smoke.yaml)

# After a run: the report, if something is newer; where the time went; what there is to read.
# $(call read,directory of results,directory of figures,further config)
read = if [ -e $(2)/report.html ] && \
	  [ -z "$$(find $(2) $(1)/notebooks workflow/report -type f -newer $(2)/report.html)" ]; \
	then echo "$(2)/report.html is up to date."; \
	else $(SNAKEMAKE) $(3:%=--configfile %) --report $(2)/report.html && \
	  $(BIN)/overpar times --short $(3:%=--config %); fi && \
	echo "To read: $$(ls $(2)/index.html $(2)/replication.pdf $(2)/report.html 2> /dev/null | xargs)"

LARGE = ends sides successes halves laws

large: $(VENV)/.ready  ## the committed tables of data/large: runs of up to 200 qubits, hours
	$(SNAKEMAKE) --configfile config/large.yaml -- $(LARGE:%=data/large/transition_%.csv)

# Snakemake with what submits to Slurm beside the environment, which stays as it is locked.
SUBMITS = PYTHONPATH="$(abspath $(VENV)-slurm/plugins)$${PYTHONPATH:+:$$PYTHONPATH}"
CONFIG ?= config/large.yaml
TARGETS ?= $(LARGE:%=data/large/transition_%.csv)

slurm: $(VENV)/.ready $(VENV)-slurm/.ready  ## as large, or CONFIG and TARGETS of yours, by jobs of a Slurm cluster
	$(SUBMITS) $(BIN)/snakemake --profile profiles/slurm $(SLURM) --configfile $(CONFIG) -- $(TARGETS)

slurm-test: $(VENV)/.ready $(VENV)-slurm/.ready  ## a small workflow on a Slurm cluster of its own, killed and resumed
	$(SUBMITS):tests/workflow $(BIN)/python tests/cluster/check.py

test: $(VENV)/.ready  ## tests; ALL=1 adds the slow ones, as CI does
	$(BIN)/python -m pytest $(if $(ALL),,-m "not slow")

lint: $(VENV)/.ready  ## style, spelling, layers, types, workflow
	$(BIN)/ruff format --check src tests workflow/scripts benchmarks notebooks docs/site.py
	$(BIN)/ruff check src tests workflow/scripts benchmarks notebooks docs/site.py
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/codespell
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/snakemake --lint

check: lint test  ## what CI runs

schema: $(VENV)/.ready  ## config/schema.yaml and config/README.md, from the models
	$(BIN)/overpar schema > config/schema.yaml
	$(BIN)/overpar schema --markdown > config/README.md

docs: $(VENV)/.ready  ## pages from code and config: public names, assumptions, claims, figures
	$(BIN)/python -m overpar.study.docs

site: $(VENV)/.ready  ## the documentation as pages in site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

wheel: $(VENV)/.ready  ## the library alone, in dist, tried in an empty environment
	$(BIN)/python tests/fresh.py

crate: $(VENV)/.ready $(VENV)-crate/.ready  ## ro-crate-metadata.json of the last run, validated, which needs a network
	$(BIN)/overpar crate
	$(VENV)-crate/bin/rocrate-validator --no-interactive validate --no-paging -p provenance-run-crate .

unlock: $(VENV)/.ready  ## only if Snakemake was run without our profile and was killed
	$(SNAKEMAKE) --unlock

peers: $(VENV)-peers/.ready  ## Qiskit, PennyLane and qiboml, which tests then compare with and bench times

bench: $(VENV)/.ready $(VENV)-peers/.ready  ## our engines beside Qibo, qiboml and PennyLane
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/bench.py --peers $(VENV)-peers/bin/python

faults: $(VENV)/.ready  ## a hundred faults in a small workflow, which must end as undisturbed
	$(BIN)/python tests/workflow/campaign.py

fuzz: $(VENV)/.ready  ## two thousand command lines and configs: each a result or one line
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/unit/fuzz.py

mutants: $(VENV)/.ready  ## how many of sixty small wrong changes the tests find
	$(BIN)/python benchmarks/mutants.py --count 60 --seed 1

clean:  ## remove records, tables, logs and the environment; figures and fetched data stay
	rm -rf $(VENV) $(VENV)-peers $(VENV)-crate $(VENV)-slurm dist site .snakemake data/records data/tables data/logs data/benchmarks data/notebooks data/smoke

# Made once, with uv where it is installed, and again when the content of these files changes.
$(VENV)/.ready: requirements.lock pyproject.toml
	@if cat $^ | cmp --silent - $(VENV)/made-from 2> /dev/null && [ -x $(BIN)/overpar ]; then touch $@; exit; fi; \
	set -e; rm -f $@ $(VENV)/made-from; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }; \
	echo "Making the Python environment in $(VENV) (133 s of processor time) ..."; \
	if command -v uv > /dev/null; then \
	  uv venv --quiet --clear --python $(PYTHON) $(VENV); \
	  uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock; \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	  $(PYTHON) -m venv --clear $(VENV); \
	  $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock; \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	fi; \
	cat $^ > $(VENV)/made-from; touch $@

$(VENV)-peers/.ready: benchmarks/peers.txt
	$(PYTHON) -m venv --clear $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --requirement benchmarks/peers.txt
	@touch $@

$(VENV)-crate/.ready:
	$(PYTHON) -m venv --clear $(VENV)-crate
	$(VENV)-crate/bin/python -m pip install --quiet roc-validator==0.13.0
	@touch $@

$(VENV)-slurm/.ready: tests/cluster/plugins.txt
	$(PYTHON) -m venv --clear $(VENV)-slurm
	$(VENV)-slurm/bin/python -m pip install --quiet --no-deps --target $(VENV)-slurm/plugins --requirement tests/cluster/plugins.txt
	@touch $@
