# Everything people do with a checkout. `make demo` and `make test` work on a fresh machine.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
INCEPT := .build/release/incept
SOURCES := Sources Tests Samples tools kernels Package.swift
TURNS ?= 1

.PHONY: help setup build demo test test-devices conformance fuzz fuzz-quick oracles viewers check-kernels check-peaks \
  digits lint format bench bench-peers bench-layers bench-training tutorial docs clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:  ## Install what is missing (apt) and check for Swift
	@tools/setup/setup.sh

build: setup  ## Build the library and the command in release
	@echo "==> Building Incept (release; a first build takes a few minutes)"
	@$(BUILD) --product incept

demo: build  ## Set up, build, run digits and profile Inception V3
	@tools/demo.sh $(INCEPT)

test: setup  ## Set up, build, run every test
	@tools/test.sh

test-devices: setup  ## Run the device tests on PoCL, Intel's runtime, rusticl and Oclgrind
	@tools/devices/test-devices.sh

conformance: setup  ## Run the ONNX project's own tests (from PyPI, in a venv of its own); ARGS="--reference" and others
	@tools/conformance/run.sh $(ARGS)

fuzz: setup  ## Fuzz every reader of files, 5 minutes each (libFuzzer, AddressSanitizer); ARGS="-s 60 -j 2 onnx hdf5"
	@tools/fuzz/run.sh $(ARGS)

fuzz-quick: setup  ## The same for 20 seconds each, two at a time
	@tools/fuzz/run.sh -s 20 -j 2

check-kernels: setup  ## Build every kernel file by itself on every device
	@echo "==> Building every kernel by itself"
	@$(BUILD) --product check-kernels
	@.build/release/check-kernels

oracles: build  ## Compare with Keras and torchvision on their own networks (each in a venv of its own); ARGS="torch googlenet" and others
	@tools/oracles/run.sh $(ARGS)

viewers: build  ## Open what Incept writes in the programs it is for (Chromium, Graphviz, TensorBoard, Netron, Perfetto); ARGS="graph" and others
	@tools/viewers/run.sh $(ARGS)

check-peaks: build  ## Compare the CPU's measured peaks with a plain C program's (gcc); ARGS="--turns 3" and others
	@python3 tools/peaks/check-peaks.py $(ARGS)

lint:  ## Check formatting and file sizes
	@echo "==> Checking formatting and file sizes"
	@$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)
	@tools/sizes.sh
	@echo "lint: formatting and file sizes are fine"

format:  ## Format the Swift sources
	@$(SWIFT) format format --in-place --recursive --parallel $(SOURCES)

bench: build  ## Compare Inception V3, batch 1, with OpenVINO and ONNX Runtime (from PyPI, in a venv of their own)
	@tools/bench/run.sh --cases inception $(ARGS)

bench-peers: build  ## Every case of tools/bench/README.md against the same; ARGS="--quick" and others
	@tools/bench/run.sh $(ARGS)

bench-training: build  ## Seconds of an epoch of `incept train` beside PyTorch's (from PyPI, in a venv of its own)
	@tools/bench/training/run.sh $(ARGS)

tutorial: build  ## Run every command of docs/tutorial.md and draw its pictures again
	@echo "==> Running docs/tutorial.md"
	@python3 tools/tutorial/tutorial.py $(INCEPT)

docs: build  ## Make the library's documentation (DocC) in .build/docs; fails where a link leads nowhere
	@echo "==> Making .build/docs from Sources/Incept/Incept.docc"
	@python3 tools/docs/docs.py

digits: build  ## Train the network that digits_cnn embeds again (the next build takes it)
	@echo "==> Training digits_cnn"
	@tools/models/train-digits.sh $(INCEPT)

bench-layers: build  ## How near each layer of Inception V3 is to what bounds it, in TURNS profiles
	@rm -f .build/layers.*.json
	@for turn in $$(seq $(TURNS)); do \
	  $(PREFIX) $(INCEPT) profile inception_v3 --weights synthetic --runs 40 --roofline --sort order --format json \
	    -o .build/layers.$$turn.json || exit; done
	@python3 tools/bench/layers.py .build/layers.*.json $(ARGS)

clean:  ## Remove what was built
	rm -rf .build .venv
