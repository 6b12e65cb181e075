# Four words: make run, make test, make check, make bench. Needs Python 3.11, make and git.

HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
PYTHON := $(VENV)/bin/python

# A stamp carries the digest of the files it stands for: a second start installs nothing, a changed pin installs again.
digest = $(shell cat $(1) | git hash-object --stdin)
RUN := $(VENV)/run-$(call digest,requirements.txt constraints.txt)
DEV := $(VENV)/dev-$(call digest,requirements.txt requirements-dev.txt constraints.txt)

# Production as `manage.py check --deploy` should see it; nothing is served with these values.
AS_IN_PRODUCTION := env DEBUG=0 ALLOWED_HOSTS=portal.example DATABASE_URL=sqlite://:memory: REDIS_URL= \
	SECRET_KEY=only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ

.PHONY: help run test check bench dev env
help:
	@echo 'make run    serve the portal at http://$(HOST):$(PORT)/ (HOST and PORT can be set)'
	@echo 'make test   the whole test suite: PostgreSQL with Redis, and what may differ on SQLite with embedded jobs'
	@echo 'make check  lint, format, templates, types, import contracts, migrations, deploy check'
	@echo 'make bench  benchmarks, printed as ratios'

# Everything in one place: SQLite, jobs in the process that asks. `rollup --watch` stands in for beat and ends with the server.
run: $(RUN) .env
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py load_reference
	@$(PYTHON) manage.py load_demo --if-empty
	@$(PYTHON) manage.py demo_logins
	@echo 'http://$(HOST):$(PORT)/  (Ctrl-C stops the portal)'
	@$(PYTHON) manage.py rollup --watch 5 & watcher=$$!; \
	$(VENV)/bin/gunicorn config.wsgi --bind '$(HOST):$(PORT)' --workers 2 --threads 4 --graceful-timeout 5 --no-control-socket --log-level warning & server=$$!; \
	trap 'kill $$watcher $$server 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM; wait $$server

# Everything on PostgreSQL; on SQLite what is about it or may differ there. Tests that start workers or browsers are marked `live`.
# On SQLite there are few, and they run beside the others; on PostgreSQL they run apart, by files: what a file loads for all its tests
# is loaded once. The throwaway server of PostgreSQL has the tables from the first part for the second.
ON_SQLITE := $(PYTHON) -m pytest -n 2 --dist worksteal -m "embedded or both"
ON_POSTGRESQL := $(PYTHON) -m pytest -n 2 --reuse-db -m "not live" && $(PYTHON) -m pytest -n 2 --reuse-db --dist loadfile -m live

test: $(DEV)
	$(PYTHON) -m tests.services --install
	env DATABASE_URL= REDIS_URL= sh -c '$(ON_SQLITE)'
	$(PYTHON) -m tests.services -- sh -c '$(ON_POSTGRESQL)'

check: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --lint --quiet --allow-empty-input templates
	$(AS_IN_PRODUCTION) $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(AS_IN_PRODUCTION) $(PYTHON) manage.py makemigrations --check --dry-run
	$(AS_IN_PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

bench: $(DEV)
	$(PYTHON) -m tests.services -- $(PYTHON) -m bench

dev: $(DEV)
env: .env

$(RUN): | $(PYTHON)
	@echo 'Installing what the portal needs into $(VENV) ...'
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@rm -f $(VENV)/run-* && touch $@

$(DEV): | $(PYTHON)
	@echo 'Installing what development needs into $(VENV) ...'
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@rm -f $(VENV)/dev-* && touch $@

$(PYTHON):
	@for python in python3.11 python3 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
			$$python -c 'import ensurepip, venv' 2>/dev/null \
				|| { echo >&2 "ERROR: this Python 3.11 cannot make environments: install python3-venv."; exit 1; }; \
			echo "Making $(VENV) with $$python ..."; exec $$python -m venv $(VENV); \
		fi; \
	done; \
	echo >&2 'ERROR: Python 3.11 is needed, as python3.11 or python3. Install it and run make again.'; exit 1

# Written once, readable by its owner alone, never overwritten. Real environment variables win over it; .env.example explains each.
.env: | $(RUN)
	@umask 077; $(PYTHON) -c 'import secrets; print("DEBUG=1\nSECRET_KEY=" + secrets.token_urlsafe(50))' > $@.new && mv $@.new $@
	@echo 'Wrote .env (DEBUG=1 and a random SECRET_KEY).'
