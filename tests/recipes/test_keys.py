"""What a recipe may say, as it is told: the meaning of a key is the comment beside it, its values are those that its class takes."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from seqtasks.models.heads import HEADS as HEAD_TABLE
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.nn.attention import ATTENTIONS as ATTENTION_TABLE
from seqtasks.nn.backbones import BACKBONES as BACKBONE_TABLE
from seqtasks.recipes.keys import Key, comments, keys_of
from seqtasks.recipes.schema import ATTENTIONS, BACKBONES, HEADS, PAIRS, READERS, DecoderSettings
from seqtasks.recipes.tables import Rate, Table
from seqtasks.text.corpora.pair_readers import PAIR_READERS, TWO_FILES
from seqtasks.text.corpora.readers import READERS as READER_TABLE


class Base(Table):
    """What several extend."""

    name: str  # what it is called


class Inner(Base):
    """A table in a table."""

    # how much of it,
    # and of what
    share: Rate = 0.5
    way: Literal["left", "right"] | None = None  # which way  # a second comment is not for readers
    size: Annotated[int, Field(gt=0)] = 3  # how large


class Outer(Base):
    """A table with tables."""

    one: Inner
    many: dict[str, Inner]
    counts: list[int] = [1, 2]  # how many


def test_keys_are_told_with_type_values_default_and_the_comment_beside_or_above() -> None:
    inner = [
        ("name", "text", (), "", True, "What it is called."),
        ("share", "number, at least 0, below 1", (), "0.5", False, "How much of it, and of what."),
        ("way", "", ('"left"', '"right"'), "", False, "Which way."),
        ("size", "whole number, at least 1", (), "3", False, "How large."),
    ]
    assert list(keys_of(Outer)) == [
        Key("", "name", "text", (), "", True, "What it is called."),
        Key("", "counts", "list of whole number", (), "[1, 2]", False, "How many."),
        *(Key("one", *row) for row in inner),
        *(Key("many.NAME", *row) for row in inner),
    ]


def test_a_comment_belongs_to_the_key_on_its_line_else_to_the_next_one() -> None:
    source = "class A:\n    # of b\n    b: int = 1\n    c: int\n    d: int = 2  # of d\n    # of e\n    e: int\n"
    assert comments(source) == {"b": "of b", "d": "of d", "e": "of e"}


@pytest.mark.parametrize(
    ("told", "table"),
    [
        (BACKBONES, BACKBONE_TABLE),
        (ATTENTIONS, {"none": None, **ATTENTION_TABLE}),
        (HEADS, {**HEAD_TABLE, **NESTED_HEADS}),
        (READERS, READER_TABLE),
        (PAIRS, [TWO_FILES, *PAIR_READERS]),
    ],
    ids=lambda given: getattr(given, "group", ""),
)
def test_the_names_that_are_told_without_loading_a_part_are_those_of_its_table(told, table) -> None:
    assert list(told.names) == list(table)


@pytest.mark.parametrize(("author", "name"), [("bahdanau", "additive"), ("luong", "general"), ("dot", "dot")])
def test_an_attention_may_be_called_after_its_author(author: str, name: str) -> None:
    assert DecoderSettings(attention=author, hidden_size=2, embedding_size=2).attention == name
