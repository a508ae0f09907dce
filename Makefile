# Two commands do all the set-up: `make demo` and `make test`. Each makes .venv where it is not there yet.
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := true


.PHONY: demo system test lint gates baseline serve bench clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip --constraint constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt "torch==2.13.0"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,postgres]"
	@touch $@

demo: .venv/installed
	@CAVEAT_HOME=$${CAVEAT_HOME:-caveat-data} $(BIN)/caveat ingest evals/library/documents
	@CAVEAT_HOME=$${CAVEAT_HOME:-caveat-data} $(BIN)/python -m evals.demo
	@echo
	@echo "The page: make serve, then open http://127.0.0.1:8600"

# What some tests drive for real: a browser and a database. Without root they are skipped, and say so.
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  want=""; command -v chromium >/dev/null || want="chromium"; \
	  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want="$$want postgresql"; \
	  if [ -n "$$want" ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$want >/dev/null; fi; fi

test: .venv/installed system
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The quick gates: questions to the sample library, against the baseline in evals/baselines, and replies with planted faults.
gates: .venv/installed
	$(BIN)/python -m evals run sample --gate --junit build/gates.xml
	$(BIN)/python -m evals run replies --gate --junit build/gates-replies.xml

baseline: .venv/installed
	$(BIN)/python -m evals run sample --renew

serve: .venv/installed
	$(BIN)/caveat serve

bench: .venv/installed
	$(BIN)/python -m evals speed

clean:
	rm -rf .venv caveat-data eval-runs .pytest_cache .mypy_cache .ruff_cache .hypothesis
