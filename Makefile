# Everything a developer types. Targets make what they need: nothing has to be installed by hand but Python and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := infra/docker/locks/dev.txt
INSTALLED := $(VENV)/.installed
# the peers that the benchmarks measure beside copydesk: an environment apart
PEERS := .venv-bench
PEERS_LOCK := infra/docker/locks/bench.txt
# one worker, one core: what numpy and its kind would start threads for
export OMP_NUM_THREADS := 1
# Test processes at a time: most tests wait for brokers and workers. One of three is busy with the figures for most of a run.
JOBS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo up check test lint format docs secrets pins kafka chaos bench soak bench-scale bench-cleaner bench-extractor bench-coherence same locks audit clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z -]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Run the whole pipeline on an embedded broker and show enriched articles
	@$(BIN)/copydesk demo

up: $(INSTALLED) ## Run broker, topics and one worker per stage until Ctrl-C
	@$(BIN)/copydesk up

check: $(INSTALLED) ## Run lint, types and the quick tests: unit, contracts, component (4 minutes on two cores)
	@$(MAKE) --no-print-directory lint
	$(PYTEST) tests/unit tests/contracts tests/component $(ARGS)

test: $(INSTALLED) ## Run lint and every test that can run here, in JOBS processes (half an hour on two cores)
	@$(MAKE) --no-print-directory lint
	$(PYTEST) $(ARGS)

lint: $(INSTALLED) ## Check style, types, import borders and schemas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/copydesk schemas check

format: $(INSTALLED) ## Reformat the code and apply the linter's fixes
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(INSTALLED) ## Make the reference from the code and build the documentation, strictly: build/site/docs/index.html
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx -q -W --keep-going -c docs . build/site

secrets: ## Make the secrets of docker compose that do not exist yet, in .secrets/
	@infra/docker/secrets.sh

pins: ## Pin the images of .env by digest (docker asks their registries)
	@$(PYTHON) infra/docker/pin.py

kafka: ## Run a real Apache Kafka on 127.0.0.1:9092 (Java 17 and Maven) until Ctrl-C
	infra/kafka/kafka.sh run 9092

chaos: $(INSTALLED) ## Send 10,000 articles through every fault that the harness knows, on three brokers (COPYDESK_CHAOS=N, COPYDESK_CHAOS_SEED)
	COPYDESK_CHAOS=$${COPYDESK_CHAOS:-10000} $(BIN)/python -m pytest tests/broker/chaos $(ARGS)

bench: $(PEERS)/.installed ## Measure stages, worker and whole pipeline beside their peers, on a real Kafka: one table
	@$(PEERS)/bin/python tests/bench/everything.py $(ARGS)

same: $(INSTALLED) ## Compare the numpy model with spaCy on every paragraph of the development data (ARGS="--model sm")
	$(BIN)/python tests/bench/same.py $(ARGS)

soak: $(PEERS)/.installed ## Run the whole pipeline at full speed for half an hour; fails if anything grows (ARGS="--minutes 10")
	$(PEERS)/bin/python tests/bench/soak.py $(ARGS)

bench-scale: $(INSTALLED) ## Measure the cost of an article at each stage, and one and two extractors, on a real Kafka
	$(BIN)/python tests/bench/scale.py $(ARGS)

bench-cleaner bench-extractor bench-coherence: $(PEERS)/.installed ## Measure a stage beside its peers, in one run
	$(PEERS)/bin/python tests/bench/$(@:bench-%=%).py $(ARGS)

locks: $(INSTALLED) ## Resolve the hash-pinned locks from pyproject.toml again
	$(BIN)/python infra/docker/locks/resolve.py

audit: $(INSTALLED) ## Look for known vulnerabilities in the packages of the images (needs the network: it asks PyPI)
	for lock in cleaner extractor coherence sites related viewer cli; do \
		$(BIN)/uv tool run pip-audit@2.10.1 --require-hashes --disable-pip --desc off -r infra/docker/locks/$$lock.txt || exit 1; \
	done

clean: ## Remove everything that make has created: environments, the broker's data, caches
	rm -rf $(VENV) $(PEERS) .kafka dist build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find services tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(PEERS)/.installed: $(PEERS_LOCK) pyproject.toml
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(PEERS_LOCK)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@

$(INSTALLED): $(LOCK) pyproject.toml
	@echo "setting up $(VENV): a few minutes the first time, quiet meanwhile"
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "copydesk needs Python 3.11 to 3.13, not %s: make PYTHON=..." % sys.version.split()[0])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@
