# `make reproduce` and `make test` are all that is needed; both make the environment first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORES ?= all
SNAKEMAKE = $(BIN)/snakemake --cores $(CORES)

.DEFAULT_GOAL := help
.PHONY: help reproduce smoke test check bench unlock clean

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

reproduce: $(VENV)/.ready  ## every figure, table and claim at published size
	$(SNAKEMAKE)
	$(SNAKEMAKE) --report figures/report.html

smoke: $(VENV)/.ready  ## the same workflow, small, in minutes
	$(SNAKEMAKE) --configfile config/smoke.yaml
	$(SNAKEMAKE) --configfile config/smoke.yaml --report figures/report.html

test: $(VENV)/.ready  ## all tests
	$(BIN)/python -m pytest

check: $(VENV)/.ready  ## what CI runs: style, layers, types, lint, tests
	$(BIN)/ruff format --check src tests workflow/scripts
	$(BIN)/ruff check src tests workflow/scripts
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/codespell
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/snakemake --lint
	$(BIN)/python -m pytest

unlock: $(VENV)/.ready  ## after a killed run that left the directory locked
	$(SNAKEMAKE) --unlock

clean:  ## remove records, tables and the environment; figures and fetched data stay
	rm -rf $(VENV) .snakemake data/records data/tables data/smoke

# Made once, and again when the lock changes; with uv where it is installed.
$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Making the Python environment in $(VENV) (about a minute) ..."
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --clear --python $(PYTHON) $(VENV) && \
	  uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
	  $(PYTHON) -m venv --clear $(VENV) && \
	  $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock && \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@
