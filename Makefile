# make run    everything needed to try Raiment, from a fresh clone
# make test   everything CI runs

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
LOCKED := --require-hashes --no-deps
WORKERS ?= 2

.PHONY: help run test lint docs packages-run packages-test train bench-words bench-gateway bench-matching fuzz arm clean

help:
	@sed -n '1,2s/^# //p' Makefile
	@echo "also: lint docs train bench-words bench-gateway bench-matching fuzz arm clean"

run: packages-run $(STAMPS)/package
	RAIMENT_DEMO="$${RAIMENT_DEMO:-true}" exec $(BIN)/raiment serve

test: packages-test lint
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term:skip-covered

lint: $(STAMPS)/test $(STAMPS)/package
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages, and the examples, commands and settings in them.
docs: $(STAMPS)/test $(STAMPS)/package
	$(BIN)/pytest tests/docs tests/evidence/test_log_page.py tests/policy/test_policy_page.py

# The encoder's tuning and the heads that read requests beside the lexicon, from the start, over all texts: about an hour of two slow cores.
train: .venv/train/stamp
	PYTHONPATH=src OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/train/bin/python -m training train

.venv/train/stamp: requirements/train.lock $(STAMPS)/venv
	$(PYTHON) -m venv .venv/train
	.venv/train/bin/pip --quiet --disable-pip-version-check install $(LOCKED) -r $<
	@touch $@

# The screening of words, filters of others beside it. QUICK=1 for a small run, PARTS="disguises chains" for some.
bench-words: $(STAMPS)/bench
	scripts/bench-words.sh $(if $(QUICK),--quick) $(PARTS)

bench-gateway: $(STAMPS)/test $(STAMPS)/package
	$(BIN)/python benchmarks/gateway.py

# Against the peers, which live in an environment of their own, and over real photographs: Debian's wallpapers,
# fetched into PHOTOGRAPHS where they are not there yet. QUICK=1 for a small run, PARTS="search upload" for some.
PHOTOGRAPHS ?= photographs
bench-matching: $(STAMPS)/bench
	scripts/photographs.sh "$(PHOTOGRAPHS)"
	scripts/bench-matching.sh $(if $(QUICK),--quick) "$(PHOTOGRAPHS)" $(PARTS)

# Long runs of what `make test` does for seconds: native kernels under sanitizers, the picture reader by mutation.
FUZZ_SECONDS ?= 300
FUZZ_EXAMPLES ?= 20000
fuzz: $(STAMPS)/test $(STAMPS)/package
	scripts/fuzz-native.sh $(FUZZ_SECONDS)
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/pytest tests/adapters/pixels/test_hostile.py -k mutated

# The native kernels as a 64-bit ARM processor runs them, in an emulator.
arm:
	scripts/arm.sh

clean:
	rm -rf .venv build src/*.egg-info src/raiment/_native.*.so

packages-run:
	@scripts/debian-packages.sh run

packages-test:
	@scripts/debian-packages.sh test

# A stamp is newer than what it stands for: a second start does nothing of all this.

$(STAMPS)/venv: | packages-run
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: requirements/build.lock $(STAMPS)/venv
	$(PIP) $(LOCKED) -r $<
	@touch $@

$(STAMPS)/run: requirements/run.lock $(STAMPS)/build
	$(PIP) $(LOCKED) -r $<
	@touch $@

$(STAMPS)/test: requirements/test.lock $(STAMPS)/run
	$(PIP) $(LOCKED) -r $<
	@touch $@

BENCH := .venv/bench
$(STAMPS)/bench: requirements/build.lock requirements/bench.lock $(STAMPS)/package
	$(PYTHON) -m venv $(BENCH)
	for lock in build bench; do $(BENCH)/bin/python -m pip --quiet --disable-pip-version-check install $(LOCKED) \
		-r requirements/$$lock.lock; done
	$(BENCH)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation --editable .
	@touch $@

NATIVE := $(wildcard native/*.cpp native/*.hpp)
$(STAMPS)/package: pyproject.toml setup.py requirements/run.in $(NATIVE) $(STAMPS)/run
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
