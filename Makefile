# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
DEMO_PORT ?= 8765

.PHONY: audit bench readers crash demo crawl test hostile roundtrip races lint settings install system requirements clean

# The stamp follows the pinned files, so an environment is built once and again when they change.
$(VENV)/stamp: requirements_dev.txt requirements.txt
	$(PYTHON) -m venv $(VENV) || { echo "No environment could be made; on Debian: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements_dev.txt
	touch $@

install: $(VENV)/stamp

# Debian's packages for the tests that look at pages in a browser, check EPUB files and trace system calls.
# Optional: where one is missing, its tests are skipped and say so.
system:
	apt-get update -qq
	apt-get install -y -qq chromium fonts-noto-cjk default-jre-headless openssh-client openssh-server strace faketime zbar-tools

demo: install
	$(BIN)/python -m sample_site.demo --folder $(DEMO) --port $(DEMO_PORT)

crawl: install
	$(BIN)/scrapy crawl secretchina

# Whole runs import faster where compiled files may be kept; some machines forbid that for all programs.
test: install
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal

# The slow part of tests/hostile: floods, bombs, whole runs against time-outs, a network namespace of their own.
hostile: install
	$(BIN)/python -m pytest -n 2 -m hostile tests/hostile

# Whole runs in trouble, then the crash sweeps in short (CRASH="--kills 200 --points 12" for the long form, an hour).
CRASH ?= --kills 12 --points 2 --days 3
crash: install
	$(BIN)/python -m pytest -m crash tests
	$(BIN)/python -m benchmarks.crash $(CRASH)

# Ten thousand generated articles through clean, render and the parsers of three hosts (some minutes).
roundtrip: install
	$(BIN)/python -m pytest -m slow tests/test_roundtrip.py

# Editions through epubcheck, the static site in Chromium; what is not installed is skipped (`make system`).
readers: install
	$(BIN)/python -m pytest -n 2 -m readers tests

# Fifty races of two publishers, and every kind of strange commit (some minutes).
races: install
	$(BIN)/python -m pytest -n 2 -m slow tests/test_join.py tests/test_gitpush.py tests/test_canary.py

# What everything costs, beside a bare Scrapy spider: a table, and benchmarks/results.json (under ten minutes).
bench: install
	$(BIN)/python -m benchmarks

lint: install
	$(BIN)/ruff check newsmirror sample_site benchmarks tests
	$(BIN)/ruff format --check newsmirror sample_site benchmarks tests
	$(BIN)/mypy

# Known advisories of what is pinned; one line and no failure where PyPI's data cannot be had.
audit: install
	$(BIN)/python -m tests.audit

# The table of docs/settings.md, from the texts in newsmirror/settings.py.
settings: install
	$(BIN)/python -m tests.settings_table

# Needs the package registry; keeps what is pinned unless UPGRADE=--upgrade is given.
requirements: install
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE) requirements_dev.in -o requirements_dev.txt

clean:
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
