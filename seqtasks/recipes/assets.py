"""What a model needs beside its weights to read and write text: tokenizers, vocabularies and labels, saved with the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seqtasks.errors import RunDirectoryError
from seqtasks.recipes.schema import TextSettings, WordSettings
from seqtasks.text.subwords import SubwordTokenizer
from seqtasks.text.tokenizers import Tokenizer, make_tokenizer
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

SUBWORDS = ("bpe", "unigram")


@dataclass(frozen=True)
class TaggingAssets:
    """Vocabularies of words and characters, the labels of each head, and every word seen in training (for scores on unseen ones)."""

    words: Vocabulary
    characters: Vocabulary
    labels: Mapping[str, Sequence[str]]
    seen: Vocabulary

    @classmethod
    def learn(cls, sentences: Iterable[Sequence[str]], labels: Mapping[str, Sequence[str]], settings: WordSettings) -> TaggingAssets:
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

    @classmethod
    def load(cls, folder: Path, heads: Iterable[str]) -> TaggingAssets:
        labels = {head: load_vocabulary(folder / f"labels-{head}.txt", ()) for head in heads}
        return cls(
            load_vocabulary(folder / "words.txt", (PAD, UNK)),
            load_vocabulary(folder / "characters.txt", (PAD, UNK)),
            {head: tuple(labels[head].words()) for head in labels},
            Vocabulary.load(folder / "seen.txt"),
        )


@dataclass(frozen=True)
class Language:
    """One side of a translation: its tokenizer and the vocabulary of its tokens."""

    tokenizer: Tokenizer
    vocabulary: Vocabulary
    lowercase: bool

    def encode(self, text: str) -> list[int]:
        """Token ids of a line, with the end of sentence."""
        tokens = self.tokenizer.split(text.lower() if self.lowercase else text)
        return [*self.vocabulary.ids(tokens), self.vocabulary.eos]

    def tokens(self, ids: Sequence[int]) -> list[str]:
        return self.vocabulary.tokens(ids)

    def decode(self, ids: Sequence[int]) -> str:
        """The line that token ids (without end of sentence) write."""
        return self.tokenizer.join(self.tokens(ids))


@dataclass(frozen=True)
class TranslationAssets:
    """Both sides; with a joint vocabulary they are one and the same."""

    source: Language
    target: Language

    @classmethod
    def learn(cls, sources: Sequence[str], targets: Sequence[str], settings: TextSettings) -> TranslationAssets:
        """Tokenizers and vocabularies of the training pairs, and of nothing else."""
        if settings.joint:
            both = learn_language([*sources, *targets], settings)
            return cls(both, both)
        return cls(learn_language(sources, settings), learn_language(targets, settings))

    def save(self, folder: Path) -> None:
        for side, language in (("source", self.source), ("target", self.target)):
            language.vocabulary.save(folder / f"{side}.txt")
            if isinstance(language.tokenizer, SubwordTokenizer):
                language.tokenizer.save(folder / f"{side}-subwords.json")

    @classmethod
    def load(cls, folder: Path, settings: TextSettings) -> TranslationAssets:
        return cls(load_language(folder, "source", settings), load_language(folder, "target", settings))


def learn_language(texts: Sequence[str], settings: TextSettings) -> Language:
    if settings.lowercase:
        texts = [text.lower() for text in texts]
    tokenizer: Tokenizer
    if settings.tokenizer in SUBWORDS:
        tokenizer = SubwordTokenizer.train(texts, kind=settings.tokenizer, size=settings.size)
    else:
        tokenizer = make_tokenizer(settings.tokenizer)
    counts = Counter(token for text in texts for token in tokenizer.split(text))
    size = None if settings.tokenizer in SUBWORDS else settings.size
    vocabulary = Vocabulary.build(counts, specials=(PAD, UNK, BOS, EOS), min_count=settings.min_count, max_size=size)
    return Language(tokenizer, vocabulary, settings.lowercase)


def load_language(folder: Path, side: str, settings: TextSettings) -> Language:
    subwords = settings.tokenizer in SUBWORDS
    tokenizer = SubwordTokenizer.load(folder / f"{side}-subwords.json") if subwords else make_tokenizer(settings.tokenizer)
    return Language(tokenizer, load_vocabulary(folder / f"{side}.txt", (PAD, UNK, BOS, EOS)), settings.lowercase)


def load_vocabulary(path: Path, specials: tuple[str, ...]) -> Vocabulary:
    """A saved vocabulary. Raises RunDirectoryError if it is empty or lacks one of its special tokens."""
    vocabulary = Vocabulary.load(path)
    if vocabulary.specials != specials or not len(vocabulary):
        raise RunDirectoryError(f"{path}: damaged (expected it to begin with {' '.join(specials) or 'a label'}). Restore it from a copy.")
    return vocabulary
