"""What a model needs beside its weights to read and write text: tokenizers, vocabularies and labels, saved with the run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seqtasks.errors import RunDirectoryError
from seqtasks.recipes.run_directory import read_json
from seqtasks.recipes.schema import TextSettings, TokenSettings, WordSettings
from seqtasks.text.files import write_atomically
from seqtasks.text.tags import Extent
from seqtasks.text.tokenizers import SubwordTokenizer, Tokenizer, make_tokenizer
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Language, Vocabulary

if TYPE_CHECKING:
    from seqtasks.align.lexicon import Lexicon
    from seqtasks.hmm.tagger import HMMTagger

SUBWORDS = ("bpe", "unigram")
LEXICON = "lexicon.npz"


@dataclass(frozen=True)
class TaggingAssets:
    """Vocabularies of words and characters, the labels of each head, and every word seen in training (for scores on unseen ones).

    extents: of the spans of each head whose spans nest; hmms: taggers fitted beside the network, of heads that pool them.
    """

    words: Vocabulary
    characters: Vocabulary
    labels: Mapping[str, Sequence[str]]
    seen: Vocabulary
    extents: Mapping[str, Extent] = field(default_factory=dict)
    hmms: Mapping[str, HMMTagger] = field(default_factory=dict)

    @classmethod
    def learn(
        cls,
        sentences: Iterable[Sequence[str]],
        labels: Mapping[str, Sequence[str]],
        settings: WordSettings,
        extents: Mapping[str, Extent] | None = None,
    ) -> TaggingAssets:
        """Vocabularies of the training sentences, and of nothing else."""
        words = Counter(word for sentence in sentences for word in sentence)
        characters: Counter[str] = Counter()
        for word, count in words.items():
            for character in word:
                characters[character] += count
        return cls(
            Vocabulary.build(words, specials=(PAD, UNK), min_count=settings.min_count, max_size=settings.max_size),
            Vocabulary.build(characters, specials=(PAD, UNK), min_count=2),
            {head: tuple(inventory) for head, inventory in labels.items()},
            Vocabulary.build(words, specials=()),
            extents or {},
        )

    def after(self, sentences: Iterable[Sequence[str]]) -> TaggingAssets:
        """The same after more training sentences: their words count as seen."""
        more = dict.fromkeys(word for sentence in sentences for word in sentence if word not in self.seen)
        return replace(self, seen=Vocabulary([*self.seen.words(), *more]))

    def save(self, folder: Path) -> None:
        self.words.save(folder / "words.txt")
        self.characters.save(folder / "characters.txt")
        self.seen.save(folder / "seen.txt")
        for head, inventory in self.labels.items():
            Vocabulary(inventory).save(folder / f"labels-{head}.txt")
        for head, extent in self.extents.items():
            write_atomically(folder / f"spans-{head}.json", json.dumps(asdict(extent)) + "\n")
        for head, hmm in self.hmms.items():
            hmm.save(folder / f"hmm-{head}", sentences=False)

    @classmethod
    def load(cls, folder: Path, heads: Iterable[str]) -> TaggingAssets:
        labels = {head: load_vocabulary(folder / f"labels-{head}.txt", ()) for head in heads}
        return cls(
            load_vocabulary(folder / "words.txt", (PAD, UNK)),
            load_vocabulary(folder / "characters.txt", (PAD, UNK)),
            {head: tuple(labels[head].words()) for head in labels},
            Vocabulary.load(folder / "seen.txt"),
            {head: load_extent(path) for head in labels if (path := folder / f"spans-{head}.json").exists()},
            {head: load_pooled(path) for head in labels if (path := folder / f"hmm-{head}").exists()},
        )


@dataclass(frozen=True)
class TranslationAssets:
    """Both sides; with a joint vocabulary they are one and the same. lexicon: of the training pairs' tokens, where decoding needs one."""

    source: Language
    target: Language
    lexicon: Lexicon | None = None

    @classmethod
    def learn(cls, sources: Sequence[str], targets: Sequence[str], settings: TextSettings) -> TranslationAssets:
        """Tokenizers and vocabularies of the training pairs, and of nothing else."""
        if settings.joint:
            both = learn_language([*sources, *targets], settings)
            return cls(both, both)
        return cls(learn_language(sources, settings), learn_language(targets, settings))

    def save(self, folder: Path) -> None:
        for side, language in (("source", self.source), ("target", self.target)):
            save_language(language, folder, side)
        if self.lexicon is not None:
            self.lexicon.save(folder / LEXICON)

    @classmethod
    def load(cls, folder: Path, settings: TextSettings) -> TranslationAssets:
        source, target = (load_language(folder, side, settings) for side in ("source", "target"))
        if settings.joint and source.vocabulary.list != target.vocabulary.list:
            raise RunDirectoryError(f"{folder / 'target.txt'}: damaged (text.joint, but it is not source.txt). Restore it from a copy.")
        return cls(source, target, load_lexicon(folder / LEXICON) if (folder / LEXICON).exists() else None)


def learn_language(texts: Sequence[str], settings: TokenSettings) -> Language:
    """The tokenizer and the vocabulary of some lines."""
    if settings.lowercase:
        texts = [text.lower() for text in texts]
    tokenizer: Tokenizer
    if settings.tokenizer in SUBWORDS:
        from seqtasks.text.subwords import learn_subwords  # with the library `tokenizers`, which only subwords need

        tokenizer = learn_subwords(texts, kind=settings.tokenizer, size=settings.size)
    else:
        tokenizer = make_tokenizer(settings.tokenizer)
    counts = Counter(token for text in texts for token in tokenizer.split(text))
    drawn = isinstance(settings, TextSettings) and (settings.dropout or settings.sampling)
    if isinstance(tokenizer, SubwordTokenizer) and drawn:
        counts.update({piece: settings.min_count for piece in tokenizer.known() if counts[piece] < settings.min_count})  # it may be drawn
    size = None if settings.tokenizer in SUBWORDS else settings.size
    vocabulary = Vocabulary.build(counts, specials=(PAD, UNK, BOS, EOS), min_count=settings.min_count, max_size=size)
    return Language(tokenizer, vocabulary, settings.lowercase)


def save_language(language: Language, folder: Path, side: str) -> None:
    """Write the vocabulary, and the tokenizer where it was learned."""
    language.vocabulary.save(folder / f"{side}.txt")
    if isinstance(language.tokenizer, SubwordTokenizer):
        language.tokenizer.save(folder / f"{side}-subwords.json")


def load_language(folder: Path, side: str, settings: TokenSettings) -> Language:
    """What `save_language` wrote."""
    tokenizer: Tokenizer
    if settings.tokenizer in SUBWORDS:
        from seqtasks.text.subwords import load_subwords  # with the library `tokenizers`, which only subwords need

        tokenizer = load_subwords(folder / f"{side}-subwords.json")
    else:
        tokenizer = make_tokenizer(settings.tokenizer)
    return Language(tokenizer, load_vocabulary(folder / f"{side}.txt", (PAD, UNK, BOS, EOS)), settings.lowercase)


def load_pooled(path: Path) -> HMMTagger:
    """The tagger that a head pools: few do, so that the others need not load the HMM."""
    from seqtasks.hmm.tagger import HMMTagger

    return HMMTagger.load(path)


def load_lexicon(path: Path) -> Lexicon:
    """The lexicon of a run whose decoding needs one: few do, so that the others need not load the aligner."""
    from seqtasks.align.lexicon import Lexicon

    return Lexicon.load(path)


def load_extent(path: Path) -> Extent:
    """A saved extent of spans. Raises RunDirectoryError if it is damaged."""
    found = read_json(path)
    if set(found) != {"depth", "width"} or not all(type(value) is int and value > 0 for value in found.values()):
        raise RunDirectoryError(f"{path}: damaged (expected a depth and a width). Restore it from a copy.")
    return Extent(**found)


def load_vocabulary(path: Path, specials: tuple[str, ...]) -> Vocabulary:
    """A saved vocabulary. Raises RunDirectoryError if it is empty or lacks one of its special tokens."""
    vocabulary = Vocabulary.load(path)
    if vocabulary.specials != specials or not len(vocabulary):
        raise RunDirectoryError(f"{path}: damaged (expected it to begin with {' '.join(specials) or 'a label'}). Restore it from a copy.")
    return vocabulary
