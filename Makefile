.PHONY: check lint types arrows test docs

check: lint types arrows docs test  ## what CI runs

lint:
	ruff check . && ruff format --check .

types:
	mypy

arrows:
	lint-imports

test:
	pytest -n auto --dist worksteal

docs:
	sphinx-build -W --keep-going -b html docs docs/_build/html
