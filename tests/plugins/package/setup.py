"""A package of somebody else: it offers parts to seqtasks by entry points, and imports no more of it than docs/extending.md names."""

from setuptools import setup

setup(
    name="polyglot-parts",
    version="1.0",
    py_modules=["polyglot_parts", "polyglot_task"],
    entry_points={
        "seqtasks.backbones": ["neighbours = polyglot_parts:neighbours"],
        "seqtasks.heads": ["margin = polyglot_parts:MarginHead"],
        "seqtasks.readers": ["slashed = polyglot_parts:read_slashed"],
        "seqtasks.tag_metrics": ["sentence_accuracy = polyglot_parts:SENTENCE_ACCURACY"],
        "seqtasks.tasks": ["most_frequent = polyglot_task:MOST_FREQUENT"],
    },
)
