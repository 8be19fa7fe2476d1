# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target sets itself up in .venv and needs nothing but Python 3.11 or later, git, make and a package index.

WORLD ?= tests/lab/worlds/contoso.yml
ARGS ?=
CALLBACK ?= azure_windows.activation.kms
SIZES ?= 50 100 300
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

VENV := $(CURDIR)/.venv
REQUIREMENTS := tests/requirements
# The collection under its own name, as Ansible wants to find it: a link to this checkout beside ansible.windows.
export ANSIBLE_COLLECTIONS_PATH := $(VENV)/collections
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export PATH := $(VENV)/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
# The lab listens on the loopback interface; a proxy has no business there.
export no_proxy := 127.0.0.0/8,127.0.0.1,localhost
export NO_PROXY := $(no_proxy)

.DEFAULT_GOAL := help
.PHONY: help bench join diagnose remediate docs test fuzz faults mutants lint molecule screenshot build clean

help: ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

diagnose: $(VENV)/lab.done ## Diagnose the guests of the lab: WORLD=path takes another world, ARGS='...' goes to ansible-playbook
	@python -m tests.lab run "$(WORLD)" -- \
		sh -c 'ANSIBLE_STDOUT_CALLBACK=$(CALLBACK) exec ansible-playbook playbooks/diagnose.yml -i "$$LAB_INVENTORY" "$$@"' diagnose $(ARGS)

remediate: $(VENV)/lab.done ## Repair the guests of the lab: WORLD=path takes another world, ARGS='...' goes to ansible-playbook
	@python -m tests.lab run "$(WORLD)" -- \
		sh -c 'ANSIBLE_STDOUT_CALLBACK=$(CALLBACK) exec ansible-playbook playbooks/remediate.yml -i "$$LAB_INVENTORY" "$$@"' remediate $(ARGS)

docs: $(VENV)/lab.done ## Write what the documentation takes from the code
	@python -m tests.tools.docs

test: $(VENV)/test.done $(VENV)/oldest.done ## Run the unit, PowerShell and end-to-end tests
	python -m tests.tools.suite

mutants: $(VENV)/test.done ## Change the code in small ways and see that tests notice, half an hour: ARGS='--seed 7' draws other changes
	python -m tests.mutants $(ARGS)

faults: $(VENV)/test.done ## Disturb everything that can be disturbed, print what holds, write docs/faults.md (15 minutes)
	python -m tests.faults $(ARGS)

fuzz: export FUZZ ?= 100000
fuzz: $(VENV)/test.done ## Read FUZZ=100000 damaged answers, reports and journals: nothing may fail at one
	python -m pytest -q -s tests/fuzz

lint: $(VENV)/lint.done ## Run every static check
	python -m tests.tools.checks

molecule: export MOLECULE_GLOB := tests/molecule/*/molecule.yml
molecule: export MOLECULE_EPHEMERAL_DIRECTORY := $(VENV)/molecule/state
molecule: $(VENV)/lint.done ## Run the Molecule scenarios against the lab
	@rm -rf "$(MOLECULE_EPHEMERAL_DIRECTORY)"
	molecule --base-config tests/molecule/config.yml test --all

join: $(VENV)/test.done ## Join the reports of 100 slices of 1,000 simulated VMs and print what that costs
	@python -m tests.bench.join

bench: $(VENV)/test.done ## Measure plays and reports of large fleets: SIZES="50 100" takes other numbers of guests
	python -m tests.bench.report
	python -m tests.bench.plays $(SIZES)

build: $(VENV)/lab.done ## Build the collection's archive into dist/
	ansible-galaxy collection build --force --output-path dist

clean: ## Remove what the other targets made
	rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache dist kms-report

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed (python3 on PATH, or make PYTHON=/path/to/python3)' >&2; exit 1; }
	@echo 'Setting up .venv, once'
	@"$(PYTHON)" -m venv "$(VENV)"

# Beside the environment, not in it: tests run with the oldest and the newest Azure SDK and ansible.windows.
$(VENV)/oldest.done: $(REQUIREMENTS)/oldest.txt tests/tools/tree.py | $(VENV)/test.done
	@python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --target $(VENV)/oldest -r $<
	@python -m tests.tools.tree oldest
	@touch $@

$(VENV)/%.done: $(REQUIREMENTS)/%.txt $(REQUIREMENTS)/lab.txt $(REQUIREMENTS)/constraints.txt tests/tools/tree.py | $(VENV)/bin/python
	@python -m pip install --quiet --disable-pip-version-check -r $< -c $(REQUIREMENTS)/constraints.txt
	@python -m tests.tools.tree
	@touch $@
