# Two commands do all the set-up: `make run` shows the bot at work, `make test` checks everything.

PYTHON ?= python3
BIN := .venv/bin
SOURCES := bot tests benchmarks
DEMO := var/demo

.DEFAULT_GOAL := help
.PHONY: help run test bench crash-matrix mutants nightly soak week screenshot lock clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: .venv/run ## Publish examples/ to the outbox: a page and a feed on this disk, no key needed
	@mkdir -p $(DEMO)
	@env -i HOME="$$HOME" PATH="$$PATH" TERM="$$TERM" LANG="$${LANG:-C.UTF-8}" BOT_HOME=$(DEMO) $(BIN)/bot post examples/*.txt examples/*.md

test: .venv/dev ## Format, lint, types and tests; installs what they need, the real Bluesky server included
	@$(BIN)/python tests/servers/node.py
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

bench: .venv/dev ## What the bot costs, as ratios within one run
	@$(BIN)/python tests/servers/node.py
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

crash-matrix: .venv/dev ## Kill the bot at every step, on every network, with every fault; writes docs/delivery-guarantees.md
	@$(BIN)/python tests/servers/node.py
	PYTHONPATH=tests $(BIN)/python -m matrix

mutants: .venv/dev ## Break the promise on purpose in every known way; each time its tests must fail
	@PYTHONPATH=tests $(BIN)/python -m promise.mutants

nightly: .venv/dev ## The promise with 10,000 stories to each of its tests instead of hundreds
	$(BIN)/pytest tests/promise --hypothesis-profile=nightly

soak: .venv/dev ## An hour's work in minutes: 20 accounts, 5,000 deliveries, faults and kills throughout
	@PYTHONPATH=tests $(BIN)/python -m soak.run

week: .venv/dev ## A newsroom's week on a simulated clock: its calendar drawn, every rule checked
	@PYTHONPATH=tests $(BIN)/python -m week

screenshot: .venv/dev ## Draw the README's picture of a preview anew, in Chromium
	@PYTHONPATH=tests $(BIN)/python -m servers.screenshot

lock: .venv/dev ## Pin every dependency anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11 --no-header -o requirements/run.lock --upgrade
	$(BIN)/uv pip compile -q pyproject.toml --group dev --extra postgresql --universal --generate-hashes --python-version 3.11 --no-header -c requirements/run.lock -o requirements/dev.lock --upgrade

clean: ## Remove what make made; your articles and ledger stay
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/servers/node/node_modules $(DEMO)

.venv/run: requirements/run.lock pyproject.toml | .venv/bin/python
	@echo "Installing the bot (once, under a minute) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: requirements/dev.lock .venv/run
	@echo "Installing what the tests need (once) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The bot needs Python 3.11 or later; say make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv
