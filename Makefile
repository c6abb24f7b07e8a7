# install, run, test, lint, bench: the whole of the set-up. `make run` and `make test` install first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORE ?= store
PORT ?= 8000

.PHONY: install assets run test lint browser stores screenshots bench bench-endpoint model lock clean

install: $(VENV)/installed assets

# The lock is installed with hashes checked; the project itself needs nothing beyond it.
$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# What pages show in a browser and npm brings; where it cannot, it says so, and the pages do without.
assets: $(VENV)/installed
	-@$(BIN)/python -m server.build_assets

run: install
	$(BIN)/polemos build seeds --store $(STORE)
	$(BIN)/polemos serve --store $(STORE) --port $(PORT)

# Two processes or more share the files of tests; what measures how soon a server answers under attack runs alone.
test: install lint browser stores
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --ignore tests/hostile
	$(BIN)/python -m pytest tests/hostile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Chromium and npm's packages, for tests/browser: root on Debian gets what is missing, others are told, and those tests skip.
browser: install
	@$(BIN)/python tests/browser/prepare.py

# Virtuoso and Apache Jena, for tests/stores: the same way.
stores: install
	@$(BIN)/python tests/stores/prepare.py

# Writes docs/screenshots anew; needs what `make browser` gets.
screenshots: browser
	$(BIN)/python tests/browser/screenshots.py

bench: install
	$(BIN)/python benchmarks/throughput.py

bench-endpoint: install
	$(BIN)/python benchmarks/endpoint.py

# Trains the model anew from the corpora in DATA, in an environment of its own; what is learned is kept in WORK, and
# a run that was broken off goes on. Needs two hours on two processors.
WORK ?= trained
model:
	test -n "$(DATA)"
	test -d $(WORK)/venv || $(PYTHON) -m venv $(WORK)/venv
	$(WORK)/venv/bin/python -m pip install --quiet --editable '.[training]'
	$(WORK)/venv/bin/python -m builder.training $(DATA) --out builder/models --work $(WORK)
	$(WORK)/venv/bin/python -m builder.training.short_texts $(DATA) --model builder/models
	$(WORK)/venv/bin/python -m builder.training.calibrate $(DATA) --model builder/models

# Writes the lock anew from pyproject.toml; needs uv on the path. No index address is written into it.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(STORE) node_modules server/static/built .pytest_cache .mypy_cache .ruff_cache .hypothesis
