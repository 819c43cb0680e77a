# Each daily task is one word. `make run` and `make test` do all the set-up on a fresh Debian 12 with Swift 6.3.

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := pkg-config libyaml-dev libcurl4-openssl-dev libsystemd-dev libvectorscan-dev libssl-dev libsqlite3-dev
TEST_PACKAGES := python3-venv curl openssl gcc libc6-dev
RELEASE := -c release --static-swift-stdlib
MOCK_UPSTREAM ?=
# Labelled texts, *.jsonl: `make eval DATA=directory`.
DATA ?=
CUTS ?= 50
SCENARIOS ?= all

.PHONY: run build test check chaos bench eval model fuzz setup setup-test setup-bench clean

## Builds and starts the gateway on the configuration that fits: Mistral with MISTRAL_API_KEY, else the built-in demo provider.
run: build
	@if [ -n "$$MISTRAL_API_KEY" ]; then config=examples/mistral/policy-config.yaml; \
	else config=examples/demo/policy-config.yaml; \
	echo "MISTRAL_API_KEY is not set: the built-in demo provider answers, with no key and no network."; fi; \
	exec .build/release/kt gateway run --policy-config $$config --listen $${KEEPTRUSTS_LISTEN:-127.0.0.1:41002} --state-dir $${STATE_DIRECTORY:-.build/state}

## With Swift's backtracer beside the programs, for crash reports; a toolchain without one is fine.
build: setup
	$(SWIFT) build $(RELEASE)
	@tracer="$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")/../libexec/swift/linux/swift-backtrace-static"; \
	if [ -f "$$tracer" ]; then cp -f "$$tracer" .build/release/swift-backtrace; fi

## Unit and property tests, then the running gateway as it is shipped with the real SDKs.
test: setup setup-test build
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	KT_BIN=$(CURDIR)/.build/release .venv/bin/python -m pytest -q Tests/Integration

check: test
	tools/check.sh

## Every promise of docs/supervision.md at its full count; more than an hour. `make chaos SCENARIOS="reloads --seed 7"` plays one.
chaos: build setup-test
	KT_BIN=$(CURDIR)/.build/release .venv/bin/python Tests/Load/chaos.py $(SCENARIOS) --json .build/chaos.json

bench: build setup-bench
	bench/run.sh $(MOCK_UPSTREAM)

## Measures the policies on labelled texts, streams each of them in CUTS random ways, and writes the figures for the documentation.
eval: build
	@[ -n "$(wildcard $(DATA)/*.jsonl)" ] || { echo "make eval DATA=directory: a directory with labelled texts, *.jsonl (docs/policies/testing.md)" >&2; exit 2; }
	.build/release/kt policy eval --data $(sort $(wildcard $(DATA)/*.jsonl)) --cuts $(CUTS) --seed 1 --markdown docs/policies/figures.md

## Learns the weights of prompt-injection again: `make model DATA="folder folder"` with *.dev.jsonl and *.tune.jsonl; measures on *.check.jsonl.
model: build
	@[ -n "$(DATA)" ] || { echo 'make model DATA="folder [folder...]": folders with labelled texts (docs/design/injection-model.md)' >&2; exit 2; }
	tools/setup-python.sh .build/venv-model tools/injection-model/requirements.txt
	.build/venv-model/bin/python tools/injection-model/train.py --kt .build/release/kt $(DATA)

setup:
	@missing=""; for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; fi

setup-test:
	@missing=""; for p in $(TEST_PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; fi
	tools/setup-python.sh

setup-bench:
	bench/setup.sh

clean:
	rm -rf .build .venv
