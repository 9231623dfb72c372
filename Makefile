# Every target sets up what it needs; see scripts/setup. ARGS is passed on: make run ARGS="--help"

ARGS ?=
# Sets up for running, with tests and linters, or with what benchmarks compare; takes no time when that is done already.
ready = @sh scripts/setup run
ready_dev = @sh scripts/setup dev
ready_bench = @sh scripts/setup bench

.DEFAULT_GOAL := help
.PHONY: help run up down status psql setup test lint format bench screenshots clean

help: ## list these targets
	@echo 'Usage: make TARGET [ARGS="..."] [PYTHON=/path/to/python]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

run: ## run the users pipeline once; ARGS="--results 5000", "--help"
	$(ready)
	@.venv/bin/elt run $(ARGS)

up: ## start Airflow with its UI, scheduler and databases
	$(ready)
	@.venv/bin/elt up $(ARGS)

down: ## stop what "make up" started
	$(ready)
	@.venv/bin/elt down $(ARGS)

status: ## show loads, row counts and freshness
	$(ready)
	@.venv/bin/elt status $(ARGS)

psql: ## open a SQL prompt on the warehouse
	$(ready)
	@.venv/bin/elt psql $(ARGS)

setup: ## only set up: .venv with everything for running, testing and linting
	$(ready_dev)

test: ## run all tests this machine can run; ARGS="tests/unit -k spool"
	$(ready_dev)
	@sh scripts/test $(ARGS)

lint: ## check format, lint, types, SQL, YAML and the lock file; ARGS="ruff mypy" for some
	$(ready_dev)
	@sh scripts/lint $(ARGS)

format: ## rewrite Python and SQL to the project's format
	$(ready_dev)
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .
	@.venv/bin/sqlfluff fix --disable-progress-bar dbt_project

bench: ## measure users beside dlt and pandas: bench/RESULTS.md; ARGS="--large", "--help"
	$(ready_bench)
	@.venv/bin/python -m bench $(ARGS)

screenshots: ## take the README's pictures from the stack that "make up" runs
	$(ready_dev)
	@.venv/bin/python scripts/screenshots $(ARGS)

clean: ## stop the stack and delete its data (.elt), dbt's output and caches; keeps .venv
	@if [ -e .elt ]; then sh scripts/setup run && .venv/bin/elt down; fi
	@echo "Deleting .elt (databases, logs, passwords), dbt_project/target and logs, and caches."
	@rm -rf .elt dbt_project/target dbt_project/logs dbt_project/dbt_packages logs \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
