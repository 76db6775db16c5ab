# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
APT    := tests/apt-packages.txt

.PHONY: demo test check fast bench fuzz record agreement faults routing-faults routing-record bundle bundle-test api docs daemons help clean

# The tests start netaudit some hundred times: its modules are compiled once, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

# Two more than there are cores: the tests with real daemons wait for silence most of their time.
WORKERS := $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 2 )))

help:            ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo   ## scan the sample province in the lab; writes out/index.html
	@$(BIN)/netaudit demo --output out

test: $(VENV)/.test daemons check   ## install what the tests need and run them all
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

fast: $(VENV)/.test   ## the tests that need no daemons and no browser
	$(BIN)/python -m pytest -q -n $(shell nproc 2>/dev/null || echo 2) -m "not daemons and not browser and not slow"

check: $(VENV)/.test   ## style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/netaudit checks lint

bench: $(VENV)/.test   ## zones per second beside Zonemaster and DNSViz, in one run (root)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.routes

fuzz: $(VENV)/.fuzz   ## ten minutes of hostile bytes for the readers of DNS, inventories, routing evidence and zone files
	$(BIN)/python -m tests.fuzz --seconds 600

record: $(VENV)/.test   ## record the facts that the check fixtures are judged from
	$(BIN)/python -m tests.record

agreement: $(VENV)/.test daemons   ## ask Unbound, BIND, delv and Knot Resolver what they make of our zones; writes docs/agreement.md (root)
	$(BIN)/python -m tests.lab.agreement --write

faults: $(VENV)/.test daemons   ## find every planted fault of services, and nothing in forty scans of a healthy world; writes docs/faults.md (root)
	$(BIN)/python -m pytest -q -n 0 tests/lab/test_faults.py
	$(BIN)/python -m tests.lab.faults --write --healthy 20

routing-faults: $(VENV)/.test daemons   ## find what is wrong in every routing world, and record the routers again to compare (root)
	NETAUDIT_ROUTING=all $(BIN)/python -m pytest -q -n 0 tests/lab/test_routing_worlds.py tests/lab/test_recorded_routes.py

routing-record: $(VENV)/.test daemons   ## record again what BIRD, FRR, GoBGP and ExaBGP say of the routing lab (root)
	$(BIN)/python -m tests.lab.multihome --record

bundle: $(VENV)/.test   ## everything that netaudit needs as wheels in dist/bundle, for machines without Internet
	rm -rf dist/bundle && mkdir -p dist/bundle/wheels
	$(BIN)/python -m build --wheel --no-isolation --outdir dist/bundle/wheels .
	$(BIN)/pip download --quiet --disable-pip-version-check --only-binary :all: -c constraints.txt \
	  --dest dist/bundle/wheels "$$(ls dist/bundle/wheels/netaudit-*.whl)[raw,pdf,postgresql,serve]"
	cp packaging/install.sh dist/bundle/
	cd dist/bundle && sha256sum wheels/* > SHA256SUMS

bundle-test:     ## install the bundle in a network namespace without any route, and scan the lab there (root)
	packaging/try-bundle.sh dist/bundle

api: $(VENV)/.test   ## try the interface of `netaudit serve` by its own description, for some minutes
	NETAUDIT_API_EXAMPLES=300 $(BIN)/python -m pytest -q -n 0 tests/serve/test_server.py -k description

docs: $(VENV)/.demo   ## write docs/checks from the catalogue
	$(BIN)/netaudit checks docs --output docs/checks

# The real daemons. Installed only as root and only when one is missing; otherwise the tests that need
# them are skipped and counted, and CI=true turns such a skip into a failure.
daemons:         ## install the daemons that some tests need, where that is possible
	@tests/install-daemons.sh $(APT)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip -c constraints.txt

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,raw]'
	@touch $@ $(VENV)/.demo

# Not every Python has a wheel of atheris; without it the fuzzing is blind, and says so.
$(VENV)/.fuzz: $(VENV)/.test
	-$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,raw,fuzz]'
	@touch $@

clean:           ## remove what the targets made
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
