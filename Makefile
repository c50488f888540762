# The dev verbs. Each works on a machine that has only Python 3.11 and make: `.venv` is built first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
IDP := examples/identity_provider
PACKAGES := common identity marketplace allocations accounting notifications config standalone bench
CODE := $(PACKAGES) tests manage.py
# Workers need not know of each other: the database says what is to be done, and by whom.
WORKER := $(PY) -m celery --app config.celery worker --without-gossip --without-mingle --without-heartbeat --beat
PYTEST := $(PY) -m pytest -n auto
# What production looks like, for the checks that judge its settings. Nothing connects to it.
PRODUCTION := DEBUG=false DATABASE_URL=postgresql://efp@db/efp CELERY_BROKER_URL=redis://redis/0 \
	SECRET_KEY=not-a-secret-but-as-long-and-as-mixed-as-one-in-production-has-to-be \
	ENCRYPTION_KEYS=not-a-secret-but-as-long-as-one-in-production-has-to-be
# A run of the tests has hundreds of processes, which need not each compile what another one has.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help setup agent idp run serve streams worker bus test e2e test-fast check lint types imports deploy
.PHONY: migrations migration backup restore
.PHONY: schema schema-fresh fmt fuzz seed bench bench-slow docs coverage shell

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Build .venv from the lock file, if the lock file changed
	@cmp -s requirements/dev.lock .venv/built-from.lock || { set -e; \
	  test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it" >&2; exit 1; }; \
	  "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$(PYTHON) is older than 3.11; set PYTHON=/path/to/a/newer/one" >&2; exit 1; }; \
	  echo "Building .venv from requirements/dev.lock (once; a minute or two)" >&2; \
	  "$(PYTHON)" -m venv --clear .venv; \
	  { $(PY) -m pip --disable-pip-version-check install --progress-bar off --no-deps --require-hashes \
	    --requirement requirements/dev.lock || touch .venv/failed; } \
	    | awk -v all="$$(grep -c '==' requirements/dev.lock)" \
	      '/^Collecting/{n++; printf "\r  %d of %d packages: %-40.40s", n, all, $$2; fflush()} \
	       /^Installing/{printf "\r  %d packages fetched; installing them   %30s\n", n, ""; fflush()} \
	       /^ERROR/{print}' >&2; \
	  test ! -e .venv/failed; \
	  cp requirements/dev.lock .venv/built-from.lock; }

# What is imported is compiled then: a tenth of the thousands of modules that are installed here.
agent: ## Build .venv-agent: the unmodified site agents that the tests of tests/agent run
	@cat requirements/agent.lock requirements/older_agent.lock requirements/newer_agent.lock \
	  | cmp -s - .venv-agent/built-from.lock || { set -e; \
	  echo "Building .venv-agent from requirements/agent.lock (once; a minute or two)" >&2; \
	  "$(PYTHON)" -m venv --clear .venv-agent; \
	  .venv-agent/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --no-deps \
	    --require-hashes --requirement requirements/agent.lock; \
	  .venv-agent/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --no-deps \
	    --require-hashes --requirement requirements/older_agent.lock --target .venv-agent/older; \
	  .venv-agent/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --no-deps \
	    --require-hashes --requirement requirements/newer_agent.lock --target .venv-agent/newer; \
	  cat requirements/agent.lock requirements/older_agent.lock requirements/newer_agent.lock \
	    >.venv-agent/built-from.lock; }

idp: ## Build .idp: Node, and the OpenID provider to try and test logins by institution with
	@cat requirements/idp.lock $(IDP)/package-lock.json $(IDP)/provider.mjs \
	  | cmp -s - .idp/built-from.lock || { set -e; \
	  echo "Building .idp from requirements/idp.lock and $(IDP)/package-lock.json (once; a minute)" >&2; \
	  "$(PYTHON)" -m venv --clear .idp; \
	  .idp/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --no-deps --require-hashes \
	    --requirement requirements/idp.lock; \
	  cp $(IDP)/package.json $(IDP)/package-lock.json $(IDP)/provider.mjs .idp; \
	  cd .idp; PATH="$$PWD/bin:$$PATH" bin/npm ci --no-audit --no-fund --loglevel=error --ignore-scripts >&2; cd ..; \
	  cat requirements/idp.lock $(IDP)/package-lock.json $(IDP)/provider.mjs >.idp/built-from.lock; }

run: setup ## Start everything with demo data: database, web server, streams, worker (PORT=8000)
	@exec $(PY) manage.py run

serve: setup ## Migrate and start the web server only
	@$(PY) manage.py migrate --verbosity 0
	@exec $(PY) -m gunicorn --config config/gunicorn.py config.wsgi

streams: setup ## Start the server of event streams only (EVENT_STREAM_PORT=9000)
	@exec $(PY) -m gunicorn --config config/gunicorn_streams.py config.streams.wsgi

worker: setup ## Start a worker with the timetable (beat)
	@exec $(WORKER)

backup: setup ## Back up the database with its keys (FILE=var/backups/...)
	@$(PY) manage.py backup $(FILE)

restore: setup ## Bring a backup back: FILE=..., REPLACE=1 in the place of what is there
	@test -n "$(FILE)" || { echo "Which backup? make restore FILE=var/backups/..." >&2; exit 1; }
	@$(PY) manage.py restore $(FILE) $(if $(REPLACE),--replace)

bus: setup ## Start a RabbitMQ of one's own, to try event mode with `make run`
	@exec $(PY) manage.py run_broker

test: setup ## Run the tests on the embedded PostgreSQL, but for those of the site agent
	@$(PYTEST) -m "not agent"

e2e: setup agent ## Run the unmodified site agent against the service
	@$(PYTEST) -m agent

test-fast: setup ## Run the tests that take less than a few seconds each
	@$(PYTEST) -m "not slow and not e2e"

check: lint types imports deploy migrations schema-fresh coverage ## Everything CI runs
lint: setup ## Style and formatting (ruff)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup ## Types (mypy, strict)
	@$(PY) -m mypy $(CODE)

imports: setup ## Layers, and no circles of packages or files
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m pytest -q tests/house/test_imports.py

deploy: setup ## Django's deployment checks on production settings
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

migrations: setup ## No model change without its migration
	@$(PY) manage.py makemigrations --check --dry-run --settings config.settings_test

migration: setup ## Write a migration: app=marketplace name=plans_have_an_end (EMPTY=1 for data)
	@test -n "$(app)" && test -n "$(name)" \
	  || { echo "Of which app, and what for? make migration app=marketplace name=plans_have_an_end" >&2; exit 1; }
	@$(PY) manage.py makemigrations $(app) --name "$(name)" --no-header $(if $(EMPTY),--empty)
	@$(PY) -m ruff check --quiet --fix $(app)/migrations
	@$(PY) -m ruff format --quiet $(app)/migrations

schema: setup ## Write docs/openapi.yaml
	@mkdir -p docs
	@$(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

schema-fresh: setup # docs/openapi.yaml is what the code says
	@mkdir -p var
	@$(PY) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	@diff -u docs/openapi.yaml var/openapi.yaml >var/openapi.diff \
	  || { head -40 var/openapi.diff; echo "docs/openapi.yaml is stale: run make schema" >&2; exit 1; }

coverage: setup agent idp # all tests, those of the agent included, with a floor of coverage, in lines and branches
	@mkdir -p var
	@$(PY) -m slipcover --json --out var/coverage.json -m pytest -n auto
	@$(PY) -m slipcover --merge var/coverage.json --out var/coverage.json --fail-under 95

fmt: setup ## Format and sort what can be fixed by machine
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

fuzz: setup ## Send made-up requests to every operation as everybody (SEED=1 ROUNDS=10)
	@FUZZ_SEED=$(or $(SEED),1) FUZZ_ROUNDS=$(or $(ROUNDS),10) $(PYTEST) -s tests/fuzz

seed: setup ## Put a data set to measure with into the database (FACTOR=1)
	@$(PY) manage.py seed_load --settings bench.settings --factor $(or $(FACTOR),1)

bench: setup ## Seed, serve and measure
	@$(PY) manage.py bench --settings bench.settings

bench-slow: setup ## Measure a list beside 500 idle and 50 slow clients
	@$(PY) manage.py bench_slow_clients --settings bench.settings

docs: schema ## Write the documents that come from the code and from the running service
	@$(PY) manage.py write_docs
	@WRITE_DOCS=1 $(PY) -m pytest -q -n0 tests/contract/test_allocators_guide.py

shell: setup ## A Python shell with the models
	@exec $(PY) manage.py shell
