"""What a model needs beside its weights to read and write text: tokenizers, vocabularies and labels, saved with the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqtasks.recipes.schema import TextSettings, WordSettings
from seqtasks.text.subwords import SubwordTokenizer
from seqtasks.text.tokenizers import Tokenizer, make_tokenizer
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

SUBWORDS = ("bpe", "unigram")


@dataclass(frozen=True)
class TaggingAssets:
    """Words and characters seen in training, and the labels of each head."""

    words: Vocabulary
    characters: Vocabulary
    labels: Mapping[str, Sequence[str]]

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
        )

    def save(self, folder: Path) -> None:
        self.words.save(folder / "words.txt")
        self.characters.save(folder / "characters.txt")
        for head, inventory in self.labels.items():
            Vocabulary(inventory).save(folder / f"labels-{head}.txt")

    @classmethod
    def load(cls, folder: Path, heads: Iterable[str]) -> TaggingAssets:
        labels = {head: Vocabulary.load(folder / f"labels-{head}.txt") for head in heads}
        return cls(
            Vocabulary.load(folder / "words.txt"),
            Vocabulary.load(folder / "characters.txt"),
            {head: tuple(labels[head].tokens(range(len(labels[head])))) for head in labels},
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
    return Language(tokenizer, Vocabulary.load(folder / f"{side}.txt"), settings.lowercase)
