# make demo: install and see the report.   make test: install what tests need and run them all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: screenshots chromium help demo demo-imap test dovecot cron check model catalogues format clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); . ./tools/debian.sh && debian_install python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV) (a minute or two the first time) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/installed-for-tests: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install -c constraints.txt -e '.[test,dev]'
	@touch $@ $(VENV)/installed

demo: $(VENV)/installed ## Install, then the report of the shipped demo mailbox
	@$(BIN)/followup-filter demo

demo-imap: $(VENV)/installed-for-tests dovecot ## The same over IMAP: the demo mailbox on a real Dovecot with TLS
	@$(BIN)/python -m tools.demo_imap

test: $(VENV)/installed-for-tests dovecot cron ## Install what tests need, then run them all with coverage
	@$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

dovecot:
	@command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || { . ./tools/debian.sh && debian_install dovecot-imapd; }

cron:
	@command -v crontab >/dev/null || { . ./tools/debian.sh && debian_install cron; }

check: $(VENV)/installed-for-tests ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed-for-tests ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

model: $(VENV)/installed-for-tests ## Rebuild models/ and its model card from data/samples
	$(BIN)/python -m followup_filter.model.build

catalogues: $(VENV)/installed-for-tests ## Bring the translations in src/followup_filter/locale up to date
	$(BIN)/python tools/catalogues.py

clean: ## Remove everything that make has made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .coverage

.PHONY: docs
screenshots: $(VENV)/installed-for-tests chromium ## Pictures of the HTML report, by a real browser
	$(BIN)/python -m tools.screenshots

chromium:
	@command -v chromium >/dev/null || { . ./tools/debian.sh && debian_install chromium fonts-noto-cjk; }

docs: $(VENV)/installed-for-tests ## Write the pages that are generated
	$(BIN)/python -m tools.command_docs
	$(BIN)/python -m tools.classify_docs
	$(BIN)/python -m tools.timetables

.PHONY: peers bench-learning peer-programs
peer-programs:
	@command -v bogofilter >/dev/null && command -v bsfilter >/dev/null || { . ./tools/debian.sh && debian_install bogofilter bsfilter; }

peers: $(VENV)/installed-for-tests peer-programs ## The model beside bogofilter, bsfilter and naive Bayes; writes docs/model.md
	@$(BIN)/python -m benchmarks.peers.run

bench-learning: $(VENV)/installed-for-tests ## How long learning takes, against one plain fit
	@$(BIN)/python -m benchmarks.learning

.PHONY: attribution
attribution: $(VENV)/installed-for-tests ## How often the event of a mail is found; writes docs/attribution.md
	@$(BIN)/python -m benchmarks.attribution

.PHONY: bench-report
bench-report: $(VENV)/installed-for-tests ## A page over 100,000 mails against one full read of them
	@$(BIN)/python -m benchmarks.report

.PHONY: bench-cards
bench-cards: $(VENV)/installed-for-tests ## Ten times the cards must cost hardly more
	@$(BIN)/python -m benchmarks.cards
