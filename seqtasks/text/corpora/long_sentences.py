"""Sentences that never end: told, and cut where a user asks for it."""

from __future__ import annotations

from dataclasses import replace

from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.tags import Span

LONG = 1000  # words; above it the end of a sentence is probably not marked
ENDS = frozenset(".!?…。！？")


def cut_sentences(corpus: Corpus[TaggedSentence], max_words: int) -> Corpus[TaggedSentence]:
    """The corpus with sentences of more than `max_words` words cut, and a note on how many; 0 cuts none, and notes those that are long.

    A piece ends after its last full stop (or another mark that ends sentences), or else at `max_words`; entities are never cut.
    """
    limit = max_words or LONG
    long = [example for example in corpus if len(example.words) > limit]
    if not long:
        return corpus
    place = f"first at line {long[0].line:,}, {len(long[0].words):,} words"
    if not max_words:
        note = f"{corpus.path}: {len(long):,} sentences of more than {LONG:,} words ({place}): are blank lines missing?"
        return replace(corpus, notes=(*corpus.notes, f"{note} data.max_words = 100 would cut them at full stops"))
    examples = [piece for example in corpus for piece in pieces(example, max_words)]
    note = f"{corpus.path}: {len(long):,} sentences of more than {max_words:,} words are cut ({place})"
    return replace(corpus, examples=examples, told=(*corpus.told, note))


def pieces(sentence: TaggedSentence, max_words: int) -> list[TaggedSentence]:
    """A sentence in pieces of at most `max_words` words, or longer ones where an entity is longer."""
    length, begin, found = len(sentence.words), 0, []
    joined = [within_entity(sentence, position) for position in range(length)]
    while begin < length:
        end = min(begin + max_words, length)
        if end < length:
            free = [place for place in range(begin + 1, end + 1) if not joined[place]]
            marked = [place for place in free if sentence.words[place - 1] in ENDS]
            end = (marked or free or [next((place for place in range(end, length) if not joined[place]), length)])[-1]
        found.append(piece(sentence, begin, end))
        begin = end
    return found


def within_entity(sentence: TaggedSentence, position: int) -> bool:
    """Whether the word goes on an entity that the word before it belongs to."""
    inside = any(span.start < position < span.end for span in sentence.spans)
    return inside or any(tags[position].startswith(("I-", "E-")) for tags in sentence.tags.values())


def piece(sentence: TaggedSentence, begin: int, end: int) -> TaggedSentence:
    """Words begin (inclusive) to end (exclusive), with what stands on them."""
    spans = tuple(Span(span.start - begin, span.end - begin, span.label) for span in sentence.spans if begin <= span.start < end)
    return TaggedSentence(
        sentence.words[begin:end], {layer: tags[begin:end] for layer, tags in sentence.tags.items()}, sentence.line, spans
    )
