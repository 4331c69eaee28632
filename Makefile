# The two commands: `make site` builds the public site, `make test` proves everything. The others are their parts.
PYTHON ?= python3
VENV := .venv
export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true

.PHONY: site test suite quick nightly check lint example docs lock screenshots bench clean
.DEFAULT_GOAL := site

site: $(VENV)/.site
	$(VENV)/bin/gongshi check
	$(VENV)/bin/gongshi build
	@echo "网站已生成：用浏览器打开 site/index.html，或运行 $(VENV)/bin/python -m http.server -d site 后访问 http://localhost:8000"

# The types take one processor a minute, so they are looked at beside the tests.
test: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j2 lint suite

# Compiled once, for the commands that the tests start: where bytecode is not written each would compile all of it again.
suite: $(VENV)/.dev
	$(VENV)/bin/python -m compileall -q tools/gongshi
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" env -u MAKEFLAGS -u MFLAGS $(VENV)/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Under a minute, while one works: the house, tables, rules, the guard, merges, views. ``make test`` alone proves everything.
QUICK := test_house.py lookup package/test_database.py package/test_flat.py package/test_standard.py changes/test_reading.py changes/test_merge.py checks/test_identities.py checks/test_guard_lines.py policy/test_kinds.py policy/test_running.py exchange/test_spellings.py disclosure/test_pinned.py disclosure/test_views.py
quick: $(VENV)/.dev lint
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/python -m pytest -n auto --dist loadfile $(addprefix tests/,$(QUICK))

# kill -9 and a full disk at random moments of what writes (GONGSHI_SEED repeats a night, GONGSHI_MOMENTS makes it longer), and
# fifty random counties whose figures a stranger tries to work back, and two thousand drawn sheets to import;
# then every test that tries more often at night.
OFTEN := $(shell grep -rl 'import.*rounds' tests --include='test_*.py')
nightly: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -s tests/nightly/*.py
	GONGSHI_NIGHT=1 $(VENV)/bin/python -m pytest $(OFTEN)

check: $(VENV)/.site
	$(VENV)/bin/gongshi check

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The environment: exactly what the hashed lock says, then this project itself.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.site: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.site
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# What is generated and committed: the example county, the data dictionary, tables in the docs.
example: $(VENV)/.site
	$(VENV)/bin/python tools/example --out records

docs: $(VENV)/.dev
	$(VENV)/bin/python -m cogapp -r records/README.md policies/README.md tools/commands.md

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev -o requirements-dev.lock pyproject.toml

# The pictures in the READMEs, taken of the example county's site (needs chromium).
screenshots: $(VENV)/.dev
	$(VENV)/bin/gongshi build
	today=$$(mktemp -d) && $(VENV)/bin/python tools/example --county today --out $$today/county && \
	$(VENV)/bin/gongshi -C $$today/county build --out $$today/site && \
	$(VENV)/bin/python tests/browser/screenshots.py site $$today/site docs/screenshots && rm -rf $$today

# Peers to compare with go into an environment of their own; without a network the rest is measured all the same.
bench: $(VENV)/.dev
	-test -x bench-data/peers/bin/csv-diff || { $(PYTHON) -m venv bench-data/peers && bench-data/peers/bin/pip install --quiet --disable-pip-version-check csv-diff==1.2 git-history==0.8; }
	$(VENV)/bin/python tools/bench

clean:
	rm -rf $(VENV) site bench-data .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis

# What the hosts call (tools/gongshi/scaffold/hosts).
pull: $(VENV)/.site
	tools/ci/pull.sh "$(HEAD)" "$(BASE)" "$(REPORT)"

# What it says, as one comment on the pull request.
comment: $(VENV)/.site
	$(VENV)/bin/gongshi review comment "$(REPORT)"

# The site with its manifest in the log (signed, if GONGSHI_SIGNING_KEY names a publisher's key), and the log beside its
# pages, where anybody can save one.
publish: $(VENV)/.site
	$(VENV)/bin/gongshi check
	$(VENV)/bin/gongshi review check
	$(VENV)/bin/gongshi build --log manifests
	$(VENV)/bin/gongshi notice check --site site
