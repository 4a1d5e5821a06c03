# `make run` and `make test` are all you need to start. The other targets are for developers of Frontdesk.
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3 python3.13 python3.12 python3.11
RIGHT := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON := $(firstword $(foreach name,$(PYTHONS),$(shell $(name) -c '$(RIGHT)' >/dev/null 2>&1 && echo $(name))))
PIP := $(BIN)/pip --disable-pip-version-check --quiet

# One more than the number of cores, because tests of the server spend much time waiting.
TESTERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
PYTEST = $(BIN)/pytest -n $(TESTERS) --maxprocesses 4 --dist loadfile

.PHONY: run test test-all coverage lint words bench docs format lock clean

run: $(VENV)/installed ## Serve on port 8000, or `make run PORT=8123`
	@export FRONTDESK_ENVIRONMENT=$${FRONTDESK_ENVIRONMENT:-development}; \
	$(BIN)/frontdesk setup && exec $(BIN)/frontdesk serve $(if $(PORT),--port $(PORT))

test: $(VENV)/installed-dev ## The fast tests; also on PostgreSQL and Redis if they are reachable
	$(PYTEST) -m "not slow" $(ARGS)

test-all: $(VENV)/installed-dev ## All tests, on every database and against real servers
	$(PYTEST) $(ARGS)

coverage: $(VENV)/installed-dev ## All tests, with branch coverage; takes two to four times as long
	$(PYTEST) --cov $(ARGS)

lint: words ## Check formatting, style, types and words
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

words: $(VENV)/installed-dev ## Find typing errors, and words to avoid
	$(BIN)/codespell app bench deploy docs tests *.md Makefile Dockerfile docker-compose.yml

bench: $(VENV)/installed-bench ## Measure performance against two reference servers; `make bench ARGS="--large --write"`
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/installed ## Write the tables of docs/configuration.md
	$(BIN)/python -m app.settings.documentation

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "Frontdesk needs Python 3.11, 3.12 or 3.13, but found none of them as: $(PYTHONS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot create a virtual environment: is the venv module installed? (Debian: apt install python3-venv)" >&2; exit 1; }

$(VENV)/installed: requirements.lock pyproject.toml $(VENV)/bin/pip
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing test dependencies into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/installed-bench: requirements-bench.lock $(VENV)/installed
	@echo "Installing benchmark dependencies into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

lock: ## Update the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --no-strip-extras --quiet --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --no-strip-extras --quiet --group build --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --no-strip-extras --quiet -c requirements.lock -c requirements-dev.lock bench/requirements.in -o requirements-bench.lock

clean: ## Remove the virtual environment and caches, but no data
	rm -rf $(VENV) .venv-* .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
