.PHONY: check quick lint types arrows test fuzz docs tables notebooks

QUICK = align decoding diagnosis models nn recipes text training

check: lint types arrows docs test  ## what CI runs

quick:  ## the parts by themselves, without what takes seconds: under a minute on two cores
	pytest -q -n 2 --dist worksteal -m "not slow" $(QUICK:%=tests/%)

lint:
	ruff check . && ruff format --check .

types:
	mypy

arrows:
	lint-imports

test:
	pytest -n auto --dist worksteal

fuzz:  ## INPUTS for each target, drawn anew: a few minutes; the number of all is shown at the end
	SEQTASKS_FUZZ=$(or $(INPUTS),500) pytest -q -n 0 tests/fuzz

tables:  ## the tables of the manual that are made from the code
	python docs/_ext/write_tables.py

notebooks:  ## docs/notebooks/*.ipynb from the scripts beside them, run anew: make notebooks ONLY=2-gradients
	python docs/_ext/write_notebooks.py $(ONLY)

docs:
	sphinx-build -W --keep-going -b html docs docs/_build/html
