"""How the manual is built: `sphinx-build -W --keep-going -b html docs docs/_build/html`. Needs no network."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

import seqtasks  # noqa: E402 (the checkout beside this folder, installed or not)

project = "seqtasks"
author = "the seqtasks project"
copyright = "the seqtasks project, Apache-2.0"
release = version = seqtasks.__version__
language = "en"
smartquotes = False  # "--set" is an option, not a dash

extensions = ["sphinx.ext.autodoc", "myst_parser", "sphinx_parts", "plain_docstrings"]
exclude_patterns = ["_build", "_ext"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
add_module_names = False

html_theme = "furo"
html_title = f"seqtasks {release}"
html_show_sourcelink = False
