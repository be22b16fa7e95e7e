# One command a line of the README; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DIFFUSION := $(VENV)/.diffusion

.DEFAULT_GOAL := help
.PHONY: help setup diffusion demo test bench reliability mutation format reference requirements clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY)  ## make .venv with everything that is needed

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)

$(DIFFUSION): requirements-diffusion.txt $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-diffusion.txt
	@touch $(DIFFUSION)

diffusion: $(DIFFUSION)  ## add PyTorch and diffusers to .venv

demo: setup  ## make demo.mp4 from the bundled picture and music
	$(BIN)/aivg make assets/demo.jpg assets/demo.mp3 -o demo.mp4 --overwrite

test: diffusion  ## the whole gate: format, lint, layers, types, tests, reference pages
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not gpu"
	$(BIN)/python scripts/generate_reference.py --check

bench: setup  ## measure speed and memory beside other programs, into benchmarks/
	$(BIN)/python scripts/benchmark.py

reliability: setup  ## odd sounds, damaged files, kills, faults, a soak, into benchmarks/
	$(BIN)/python scripts/reliability.py

mutation: setup  ## how many faults in planning its tests find, into benchmarks/ (half an hour)
	$(PYTHON) -m venv build/mutation/venv
	build/mutation/venv/bin/python -m pip install --quiet --disable-pip-version-check \
	  -c requirements.txt -e '.[dev,mutation]'
	build/mutation/venv/bin/python -m benchmarks.mutation

format: setup  ## rewrite the code as ruff wants it
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

reference: setup  ## write docs/reference anew
	$(BIN)/python scripts/generate_reference.py

requirements:  ## pin the newest versions in requirements.txt
	rm -rf build/pin && $(PYTHON) -m venv build/pin
	build/pin/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	{ sed '/^[^#]/d' requirements.txt; \
	  build/pin/bin/python -m pip freeze --exclude-editable; } > build/pin/requirements.txt
	build/pin/bin/python -m pip install --quiet --disable-pip-version-check -e '.[diffusion]'
	{ sed '/^[^#]/d' requirements-diffusion.txt; build/pin/bin/python -m pip freeze \
	  --exclude-editable | sed 's/+cpu//' | grep -v -x -F -f build/pin/requirements.txt; } \
	  > build/pin/requirements-diffusion.txt
	mv build/pin/requirements.txt requirements.txt
	mv build/pin/requirements-diffusion.txt requirements-diffusion.txt
	rm -rf build/pin

clean:  ## remove .venv, caches and what the demo made
	rm -rf $(VENV) build dist out demo.mp4 .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests scripts examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
