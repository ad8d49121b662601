# Every target makes its own .venv; nothing else needs to be there but Python 3.11 and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TSC := npx --yes --package typescript@5.9.3 tsc
export ETUDE_DATA := $(abspath $(or $(ETUDE_DATA),$(wildcard ../shared/data)))

.PHONY: demo test check results bench faults pictures clean

demo: $(STAMP)  ## train LeNet on digits, score it honestly, write its report
	$(BIN)/etude train lenet --require 'accuracy>=0.95'
	$(BIN)/etude evaluate
	$(BIN)/etude report

test: $(STAMP)  ## all tests
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 3  # one thread for each worker; a third one while pages are waited for

check: $(STAMP)  ## format, lint, types, floors, links
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python tests/links.py
	@if $(TSC) --version > /dev/null 2>&1; then $(TSC) --project tests/page && echo "The types of the page's modules hold."; \
	else echo "The types of the page's modules were not checked: npx is not here, or cannot get typescript."; fi

results: $(STAMP)  ## train every recipe to its reference number (half a day on two cores), write docs/results.md
	$(BIN)/python -m benchmarks.results

bench: $(STAMP)  ## speed against peers, as interleaved pairs, write docs/speed.md
	$(BIN)/python -m benchmarks.speed

faults: $(STAMP)  ## kill, stop, damage and starve trainings on purpose (a night on two cores), write docs/reliability.md
	-$(BIN)/python -m pip install --quiet atheris==3.0.0  # where it installs: for a guided search
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.faults

pictures: $(STAMP)  ## the screens of the README, with Chromium
	$(BIN)/python -m benchmarks.pictures

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch -c constraints.txt
	$(BIN)/python -m pip install --quiet --editable '.[dev]' -c constraints.txt
	touch $(STAMP)

clean:  ## remove what the other targets made, but not your runs
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build *.egg-info
