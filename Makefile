# Everything that one does with Shop Planr. `make` or `make help` lists it.

PYTHON_IN_VENV = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format bench soak schema screenshots coverage requirements clean

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)$$/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf 'make %-13s %s\n' "$$name" "$$text"; done

run: ## Install, migrate, load the demo shop into an empty database, and serve on http://127.0.0.1:8000
	@scripts/install.sh base
	@exec $(PYTHON_IN_VENV) scripts/serve.py

dev: ## The same with DEBUG on, restarting when a file changes
	@scripts/install.sh dev
	@exec $(PYTHON_IN_VENV) scripts/serve.py --develop

# The browser tests need a Chromium of the system's, and are left out where there is none.
test: ## Run every test on SQLite and on PostgreSQL (TEST_ENGINES=sqlite for one of them)
	@scripts/install.sh dev
	@if $(PYTHON_IN_VENV) scripts/chromium.py >/dev/null 2>&1; then scripts/install.sh browser; fi
	@exec $(PYTHON_IN_VENV) scripts/test.py

lint: ## Check style and likely mistakes
	@scripts/install.sh dev
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .

format: ## Repair what can be repaired by itself
	@scripts/install.sh dev
	@$(PYTHON_IN_VENV) -m ruff check --fix .
	@$(PYTHON_IN_VENV) -m ruff format .

bench: ## Measure, on both engines; figures in docs/performance.md
	@scripts/install.sh dev
	@$(PYTHON_IN_VENV) -m bench

soak: ## Mix every verb with 8 clients while workers are killed, and replay the record (SOAK_SECONDS=300 an engine)
	@scripts/install.sh dev
	@exec $(PYTHON_IN_VENV) -m tests.live.soak

schema: ## Write docs/openapi.json anew, after the API has changed
	@scripts/install.sh dev
	@DJANGO_SETTINGS_MODULE=tests.settings $(PYTHON_IN_VENV) manage.py spectacular --format openapi-json \
		--validate --fail-on-warn --file docs/openapi.json && echo >> docs/openapi.json

screenshots: ## Draw the pages into docs/screenshots (PAGES=station,board for some, SCREENSHOTS=folder for elsewhere)
	@scripts/install.sh dev
	@scripts/install.sh browser
	@exec $(PYTHON_IN_VENV) scripts/screenshots.py

coverage: ## Run the tests on SQLite and show the lines that none of them reaches
	@scripts/install.sh dev
	@$(PYTHON_IN_VENV) -m coverage erase
	@$(PYTHON_IN_VENV) -m coverage run -m pytest -q
	@$(PYTHON_IN_VENV) -m coverage combine -q
	@$(PYTHON_IN_VENV) -m coverage report

# uv writes no address into these files; pip's own compilers do.
requirements: ## Pin the newest versions that requirements/*.in allow (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed: pipx install uv" >&2; exit 1; }
	@for set in base dev browser pgserver; do \
		UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-annotate --no-header \
			requirements/$$set.in --output-file requirements/$$set.txt || exit 1; done

# The database stays: var/ may hold a shop's record.
clean: ## Remove what was installed and cached; var/, with the database, stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .schemathesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
