# Homeward's commands; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DEFAULT_GOAL := help
# The first Python >= 3.11 on the PATH; `make PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
# Amazon MWAA has Python 3.12; `make test-mwaa PYTHON_MWAA=/path/to/python3.12` if it isn't on the PATH.
PYTHON_MWAA ?= $(shell python3.12 -c 'import sys; print(sys.executable)' 2>/dev/null)
BIN := .venv/bin
PIP_FLAGS := --no-deps --require-hashes --disable-pip-version-check --progress-bar off
DEMO_ARGS ?=
TEST_ARGS ?=
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: help install demo up down status test test-aws test-mwaa lint fast bench docs lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.project .venv-cloud/.installed ## Make both environments from the lock files

.venv/.installed: requirements.lock
	@test -n "$(PYTHON)" || { echo "Homeward needs Python 3.11 or newer: none found on the PATH (or set PYTHON=...)" >&2; exit 2; }
	@echo "Making .venv with $(PYTHON) (about 200 packages, one to two minutes)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements.lock | awk '/^Collecting/ && ++n % 25 == 0 { print "  " n " packages"; fflush() } /^Installing/ { print "  installing"; fflush() }'
	@touch $@

# The project itself, editable: made anew in a second when its own metadata changes.
.venv/.project: .venv/.installed pyproject.toml
	@$(BIN)/python -m pip install --no-deps --no-build-isolation --disable-pip-version-check --quiet -e .
	@touch $@

.venv-cloud/.installed: standins/cloud/requirements.lock
	@test -n "$(PYTHON)" || { echo "Homeward needs Python 3.11 or newer: none found on the PATH (or set PYTHON=...)" >&2; exit 2; }
	@echo "Making .venv-cloud (the local cloud)"
	@$(PYTHON) -m venv --clear .venv-cloud
	@.venv-cloud/bin/python -m pip install $(PIP_FLAGS) --quiet -r standins/cloud/requirements.lock
	@touch $@

.venv-mwaa/.installed: infra/mwaa/environment.lock
	@test -n "$(PYTHON_MWAA)" || { echo "This tests what Amazon MWAA runs, and needs its Python 3.12: none found on the PATH (or set PYTHON_MWAA=...)" >&2; exit 2; }
	@echo "Making .venv-mwaa with $(PYTHON_MWAA) (Airflow as Amazon MWAA has it, one to two minutes)"
	@$(PYTHON_MWAA) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12) and "Amazon MWAA has Python 3.12, this is " + sys.version)'
	@$(PYTHON_MWAA) -m venv --clear .venv-mwaa
	@.venv-mwaa/bin/python -m pip install $(PIP_FLAGS) --quiet -r infra/mwaa/environment.lock
	@touch $@

demo: install ## Find a missing person who does not exist, from nothing to the alert (DEMO_ARGS=--help)
	@$(BIN)/homeward demo $(DEMO_ARGS)

up: install ## Start the whole local system; Ctrl-C stops it
	@$(BIN)/homeward up

down: install ## Stop a running local system
	@$(BIN)/homeward down

status: install ## Show what runs
	@$(BIN)/homeward status

# Tests wait for processes that they start: one more of them than cores keeps the cores busy. Files go out in the order of
# tests/conftest.py; xdist's own would keep those with few and long tests for the end.
test: lint ## Run every test in parallel (TEST_ARGS=... goes to pytest)
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(TEST_ARGS)

test-aws: install ## Test in the AWS account HOMEWARD_TEST_AWS, on a stack that is deleted again (docs/testing.md)
	$(BIN)/python -m pytest tests/aws tests/contract/rekognition --aws --rekognition=aws $(TEST_ARGS)

test-mwaa: install .venv-mwaa/.installed ## Test the package for Amazon MWAA in its Airflow (needs Python 3.12; docs/testing.md)
	rm -rf build/test-mwaa
	$(BIN)/homeward package-mwaa --wheels --out build/test-mwaa
	$(BIN)/python -m zipfile -e build/test-mwaa/plugins.zip build/test-mwaa/plugins
	@echo "Do the wheels suffice, without an index and under MWAA's constraints?"
	.venv-mwaa/bin/python -m pip download --quiet --no-deps --find-links build/test-mwaa/plugins --dest build/test-mwaa/found \
	  -c infra/mwaa/constraints.txt -r build/test-mwaa/requirements.txt
	PYTHONPATH=$(CURDIR)/build/test-mwaa/plugins; export PYTHONPATH; \
	for suite in "tests/mwaa" "tests/dags --ignore tests/dags/desk"; do \
	  .venv-mwaa/bin/python -m pytest -p tests.mwaa.packaged -o pythonpath=". edge" $$suite $(TEST_ARGS); \
	done

fast: install ## Run only the tests that start no process
	$(BIN)/python -m pytest tests/unit tests/architecture $(TEST_ARGS)

lint: install ## Check style, types and the template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/check_handlers.py

bench: install ## Run every benchmark
	$(BIN)/python -m benchmarks

docs: install ## Make the parts of documents that follow from template and code
	$(BIN)/python tools/machine_docs.py
	for part in capacity_docs security_docs runbook_docs reference_docs draw_architecture; do $(BIN)/python -m tools.$$part || exit 1; done

lock: install ## Resolve the lock files again (needs uv)
	$(BIN)/python tools/lock.py

clean: ## Remove everything that make made, and the local system's data
	rm -rf .venv .venv-cloud .venv-mwaa .homeward build
