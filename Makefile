# One command each.  Everything they need is installed into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test check bench new-connector clean

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup: $(VENV)/installed ## Make the environment in .venv

demo: $(VENV)/installed ## Play the main job on embedded defaults (ONCE=1: play, verify, exit)
	@$(BIN)/python -m demo $(if $(ONCE),--once)

test: $(VENV)/installed-tests ## Run all tests
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/installed-tests ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

bench: $(VENV)/installed-tests ## Measure the ledger as ratios to a floor
	@$(BIN)/python -m bench

new-connector: $(VENV)/installed-tests ## Begin a connector that runs: make new-connector name=acme
	@$(BIN)/python -m connector.scaffold $(name) $(if $(title),--title "$(title)")

clean: ## Remove the environment and what the demo may have left
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: setup.cfg constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/installed-tests: setup.cfg constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $(VENV)/installed $@
