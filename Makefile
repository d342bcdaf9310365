# One way to do each thing. `make up` and `make test` install what they need; both run unattended.
PYTHON ?= python3
VENV := .venv/bin
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help up down status doctor test check check-code check-tests parity bench reindex clean distclean format lock layers synth-aws

help: ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# -- environments: stamped by the hash of what they are made from, so that nothing is done twice ------------------
.venv/.up: requirements/up.txt pyproject.toml
	@./tools/environment.sh "$(PYTHON)" requirements/up.txt $@
.venv/.dev: requirements/dev.txt pyproject.toml
	@./tools/environment.sh "$(PYTHON)" requirements/dev.txt $@
	@touch .venv/.up

up: .venv/.up ## Install, start and deploy everything, then ask the samples a question
	@$(VENV)/docqa up
down: ## Stop everything; the data stays
	@test ! -x $(VENV)/docqa || $(VENV)/docqa down
status: .venv/.up ## What runs where, with its log files
	@$(VENV)/docqa status
doctor: .venv/.up ## Check every prerequisite and every part, and how to mend it
	@$(VENV)/docqa doctor
clean: ## Stop everything and remove the data of all stacks
	@test ! -x $(VENV)/docqa || for stack in $(notdir $(wildcard .docqa/stacks/*)); do DOCQA_STACK=$$stack $(VENV)/docqa clean; done
	@rm -rf .docqa/stacks .docqa/build/assembly
distclean: clean ## Also remove everything that was installed and built
	@rm -rf .docqa .venv node_modules

# -- development ----------------------------------------------------------------------------------------------------
check: .venv/.dev ## Format, lint, types, layers, fast tests
	@$(MAKE) --no-print-directory -j2 check-code check-tests
check-code: .venv/.dev
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/mypy
	@PYTHONPATH=functions $(VENV)/lint-imports --no-cache
check-tests: .venv/.dev
	@$(VENV)/pytest -q tests/unit tests/contract/test_layers.py tests/contract/test_parsers.py
test: .venv/.dev ## Everything, against the real servers and the deployed stack
	@$(VENV)/python -m docqa_localstack.host install
	@$(VENV)/python -m infra_cdk.packaging
	@$(VENV)/pytest
reindex: .venv/.up ## Move everything stored to another embedding model: make reindex MODEL=name
	@$(VENV)/docqa reindex "$(MODEL)"
parity: .venv/.dev ## Compare exported embedding models with sentence-transformers (installs torch)
	@$(VENV)/python -m tools.models parity
bench: .venv/.dev ## Measure; figures and machine go to benchmarks/RESULTS.md
	@$(VENV)/python -m benchmarks
format: .venv/.dev ## Format and mend what can be mended
	@$(VENV)/ruff check --fix-only .
	@$(VENV)/ruff format .
lock: .venv/.dev ## Resolve all requirement files anew
	@./tools/lock.sh
layers: .venv/.up ## Build the Lambda layers and print their sizes
	@$(VENV)/python -m infra_cdk.packaging
synth-aws: .venv/.dev ## Synthesize the stack for AWS
	@DOCQA_TARGET=aws $(VENV)/python -m infra_cdk.app
