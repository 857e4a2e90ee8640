# `make demo` and `make test` need Python 3.10 to 3.13 and nothing else; both are quick the second time.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml cli.py $(shell find pipeline -name '*.py' -o -name '*.toml' -o -name '*.tsv' -o -name '*.txt' -o -name '*.json')
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint check lock clean help

help:  ## show this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(VENV)/.installed  ## clean everything in samples/ into outputs/
	@$(BIN)/pharmaclean batch samples -o outputs --format json
	@printf '\nWhat to look at next:\n'
	@printf '  a record       outputs/documents/01-guest-post.json\n'
	@printf '  what and why   $(BIN)/pharmaclean explain samples/02-blog-with-comments.html\n'
	@printf '  all at once    $(BIN)/pharmaclean report outputs -o report.html\n'
	@printf '  plain text     $(BIN)/pharmaclean clean samples/03-drug-guide.html --format markdown\n'
	@printf '  a name         $(BIN)/pharmaclean lexicon lookup Isotroin "Augmentin 625 Duo"\n'

test: $(VENV)/.tested $(VENV)/.installed  ## run all tests against the built wheel
	@$(BIN)/pytest tests --pyargs pipeline -q

lint: $(VENV)/.tested $(VENV)/.installed  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint test  ## what CI runs

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo 'Python 3.10 to 3.13 is needed; say which with: make demo PYTHON=python3.12'; exit 1; }
	@echo 'making $(VENV) …'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.locked: $(VENV)/.made requirements/run.txt
	@echo 'installing what requirements/run.txt names …'
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@touch $@

$(VENV)/.tested: $(VENV)/.locked requirements/dev.txt
	@echo 'installing what requirements/dev.txt names …'
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

# the built wheel, so that what is left out of the package is missed at once
$(VENV)/.installed: $(VENV)/.locked $(SOURCES)
	@rm -rf $(VENV)/wheel
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir $(VENV)/wheel .
	@$(PIP) install --no-deps --force-reinstall $(VENV)/wheel/*.whl
	@touch $@

lock:  ## bring requirements/ up to date (needs uv)
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' -o requirements/run.txt --quiet
	uv pip compile pyproject.toml requirements/build.in --group dev -c requirements/run.txt --universal --python-version 3.10 --generate-hashes \
		--no-emit-index-url --custom-compile-command 'make lock' -o requirements/dev.txt --quiet

clean:  ## remove what was made here
	rm -rf $(VENV) outputs/* dist build
