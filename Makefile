# hrsite: `make demo` shows it, `make test` tests it. Both bring what they need; see `make`.
# Needed beforehand: Python 3.11 or newer with pip, and make.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
INSTALL := $(UV) pip install --quiet --python .venv/bin/python
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	--all-extras --group build $(if $(UPGRADE),--upgrade) pyproject.toml
RUN := .venv/bin/python -m

# Another virtual environment may be active in this shell; ours is .venv.
unexport VIRTUAL_ENV
# The Python that is there is the one we use; none is fetched behind your back.
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help
help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: .venv/.runtime ## Show the site with made-up content on http://localhost:8000 (PORT=…).
	@.venv/bin/hrsite demo --port $(PORT)

.PHONY: demo-reset
demo-reset: ## Empty the demo's folder, .demo.
	@rm -rf .demo
	@echo "Emptied. make demo fills it again."

.PHONY: start
start: .venv/.runtime ## Run your own site and its worker together, with your settings.
	@.venv/bin/hrsite start

.PHONY: serve
serve: .venv/.runtime ## Run the site alone.
	@.venv/bin/hrsite serve

.PHONY: worker
worker: .venv/.runtime ## Run the worker alone, which opens Issues and hands the letters over.
	@.venv/bin/hrsite worker

.PHONY: doctor
doctor: .venv/.runtime ## Check the settings, the database, the mail relay and the worker.
	@.venv/bin/hrsite doctor

.PHONY: test
test: .venv/.test ## Run every test: SQLite, PostgreSQL, Redis, browser (ARGS="tests/posts -x").
	@$(RUN) pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder $(ARGS)

.PHONY: trial-crash
trial-crash: .venv/.test ## Kill workers for minutes while mail goes out (READERS, KILLS, SIGNAL, HEADER …).
	@$(RUN) tests.trials.crash

.PHONY: trial-queues
trial-queues: .venv/.test ## Let several workers hear of each letter three times, or never (READERS, WORKERS).
	@$(RUN) tests.trials.queues

.PHONY: trial-power
trial-power: .venv/.test ## Cut the power, unsynced writes lost; the control must fail (READERS, KILLS).
	@$(RUN) tests.trials.power

.PHONY: trial-histories
trial-histories: .venv/.test ## Try thousands of made-up histories of a site and its mail (HISTORIES, STEPS).
	@$(RUN) tests.trials.histories

.PHONY: trial-floods
trial-floods: .venv/.test ## Type a victim in a thousand times, ten thousand victims; leave an Issue of 10,000.
	@FLOODS=1 $(RUN) pytest tests/journeys/test_floods.py tests/journeys/test_leaving_meanwhile.py

.PHONY: bench-mail
bench-mail: .venv/.test ## Measure the sender beside smtp-source and Flask-Mail (QUICK=1, READERS_MOST=…).
	@$(RUN) tests.bench.mail

.PHONY: bench-web
bench-web: .venv/.test ## Measure pages beside nginx with the same bytes (QUICK=1, POSTS="100 10000").
	@$(RUN) tests.bench.web

.PHONY: bench-search
bench-search: .venv/.test ## Measure each kind of query among 100,000 articles (POSTS=10000 DATABASES=sqlite).
	@$(RUN) tests.bench.search

.PHONY: bench-text
bench-text: .venv/.test ## Measure how long a slow line waits for the first words of a page.
	@$(RUN) tests.bench.first_text

.PHONY: check-parsers
check-parsers: .venv/.test ## Bring Node's mailparser and Perl's Email::MIME, and let them read our letters.
	@.venv/bin/python -m tests.parsers.bringing
	@$(RUN) pytest tests/outbox/test_parsed_alike.py

.PHONY: check-calendar
check-calendar: .venv/.test ## Bring ical.js, and let it read our calendar files: the same times, the same words.
	@.venv/bin/python -m tests.parsers.bringing calendar
	@$(RUN) pytest tests/notices/test_calendar_read_alike.py

.PHONY: check-nginx
check-nginx: .venv/.test ## Bring nginx and wrk, and let nginx in front answer with pages from files.
	@.venv/bin/python -m tests.bench.web.programs
	@$(RUN) pytest tests/journeys/test_nginx_in_front.py tests/bench/web

.PHONY: check-html
check-html: .venv/.test ## Bring the Nu checker (it needs Java), and let it judge every page and state.
	@.venv/bin/python -m tests.browser.nu_checker
	@$(RUN) pytest tests/browser/test_valid_html.py

.PHONY: lint
lint: .venv/.test ## Check the style, the types and the templates.
	@$(RUN) ruff check --quiet
	@$(RUN) ruff format --check --quiet
	@$(RUN) mypy --no-error-summary
	@$(RUN) djlint --lint --quiet templates

.PHONY: screenshots
screenshots: .venv/.test ## Take the README's picture anew, and many more into .screenshots.
	@.venv/bin/python -m tests.browser.screenshots

EDITOR := hrsite/static/editor
.PHONY: editor
editor: ## Build the writing form's editor anew with npm (UPGRADE=1: with newer versions).
	@rm -rf .cache/editor && mkdir -p .cache/editor
	@cp $(EDITOR)/package.json $(EDITOR)/package-lock.json $(EDITOR)/tiptap.entry.js .cache/editor
	@cd .cache/editor && npm $(if $(UPGRADE),update --save,ci) --ignore-scripts --no-audit --no-fund \
		--omit-lockfile-registry-resolved --loglevel=error
	@cd .cache/editor && npm run --silent build -- --log-level=warning
	@cd .cache/editor && for file in $$(ls -d node_modules/*/LICEN[CS]E* node_modules/@tiptap/*/LICEN[CS]E* | \
		grep -v esbuild); do printf '\n== %s\n\n' "$$(dirname $$file | cut -d/ -f2-)"; cat $$file; \
		done > tiptap.licences.txt
	@cd .cache/editor && cp package.json package-lock.json tiptap.js tiptap.licences.txt $(CURDIR)/$(EDITOR)

.PHONY: format
format: .venv/.test ## Put the Python code into its usual shape.
	@$(RUN) ruff check --fix --quiet
	@$(RUN) ruff format --quiet

.PHONY: lock
lock: $(UV) ## Write the lock files anew from pyproject.toml (UPGRADE=1: with newer versions).
	@$(COMPILE) --output-file requirements.lock >/dev/null
	@$(COMPILE) --group test --group lint --constraint requirements.lock \
		--output-file requirements-test.lock >/dev/null

.PHONY: clean
clean: ## Remove what make has brought and built. Content and settings stay.
	@rm -rf .venv .uv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say which lock is installed; while they are newer than the locks there is nothing to do.
# The test lock holds everything in the runtime lock, so one .venv serves both.
.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what hrsite needs …"
	@$(INSTALL) --require-hashes --requirements requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@# Bytecode as a worker wants it (side_by_side.py): else its first start takes time and memory.
	@env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -OO -c "import hrsite.working"
	@touch $@

.venv/.test: requirements-test.lock .venv/.runtime
	@echo "Installing what the tests need …"
	@$(INSTALL) --require-hashes --requirements requirements-test.lock
	@touch $@

.venv/bin/python: | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "hrsite needs Python 3.11 or newer. Name it so: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv

.uv/bin/uv:
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "hrsite needs Python 3.11 or newer with pip (Debian: apt install python3-pip)." >&2; exit 1; }
	@echo "Bringing uv, which installs the rest …"
	@$(PYTHON) -m pip install --quiet --root-user-action=ignore --disable-pip-version-check \
		--no-warn-script-location --target .uv uv
