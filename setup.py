"""Packaging: metadata, the command `seqtasks`, and the mapping that ships `tasks/` and `data/` inside the wheel."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent

BASE = [
    "torch>=2.6",
    "torchtext>=0.6,<0.7",  # the last pure-Python release; later ones do not load beside torch>=2.4
    "seqeval>=1.2.2",
    "scikit-learn>=1.3",
    "scipy>=1.11",
    "click>=8.1",
    "numpy>=1.26",
    "pydantic>=2.7",
    "safetensors>=0.4.3",
    "tokenizers>=0.19",
    "sacrebleu>=2.4",
    "sacremoses>=0.1.1",
    "rapidfuzz>=3.6",  # edit distances of cer and wer
    "rich>=13.7",
    "matplotlib>=3.8",
    "jinja2>=3.1",
    "tomli>=2; python_version < '3.11'",  # reads recipes, as tomllib does from Python 3.11 on
    "tomli-w>=1",  # writes resolved recipes: the standard library only reads TOML
]

EXTRAS = {
    "text": ["pysbd>=0.3.4"],  # predict --split-sentences
    "docs": ["sphinx>=8", "furo", "myst-parser>=4"],
    "notebooks": ["jupytext>=1.16", "nbclient>=0.10", "ipykernel>=6"],
    "test": [
        "pytest>=8",
        "pytest-xdist>=3.5",
        "hypothesis>=6.100",
        "pytorch-crf>=0.7.2",
        "entmax>=1.3",
        "conllu>=5",
        "import-linter>=2",
        "setuptools>=77",
    ],
}
EXTRAS["dev"] = [*EXTRAS["test"], *EXTRAS["text"], *EXTRAS["docs"], *EXTRAS["notebooks"], "ruff>=0.6", "mypy>=1.11", "pre-commit>=3.7"]

setup(
    name="seqtasks",
    version="0.1.0",
    description="Multi-task sequence modelling: recurrent translation, POS tagging and NER, with honest baselines",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=[*find_packages(include=["seqtasks", "seqtasks.*"]), "seqtasks.shipped_tasks", "seqtasks.shipped_data"],
    package_dir={"seqtasks.shipped_tasks": "tasks", "seqtasks.shipped_data": "data"},
    package_data={
        "seqtasks": ["py.typed"],
        "seqtasks.reports": ["templates/*.html", "templates/*.css", "*.mplstyle"],
        "seqtasks.datasets": ["*.toml"],
        "seqtasks.shipped_tasks": ["*.md", "*/*.md", "*/*.toml"],
        "seqtasks.shipped_data": ["*.md", "*.json", "*/*"],
    },
    install_requires=BASE,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["seqtasks = seqtasks.cli.main:main"]},
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Education",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Text Processing :: Linguistic",
    ],
)
