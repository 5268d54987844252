"""A finished run that tags, with one head or several, as it answers. Nothing here loads torch: an HMM needs none."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.errors import UsageError, WrongTypeError
from seqtasks.inference.posteriors import Posteriors, k_best_of
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.by_head import ByHead, Confidences
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.tasks.given import Files, described, list_of_lines, lists_of_words, one_line, paths_of, refuse_text, remedy_of
from seqtasks.tasks.loaded_run import LoadedRun
from seqtasks.tasks.locations import refuse_empty
from seqtasks.tasks.tagging.answers import TaggedLine
from seqtasks.tasks.tagging.formats import in_form, refuse_tagging
from seqtasks.tasks.tagging.reading import read_tagged_file
from seqtasks.tasks.tagging.recipe import HMMRecipe, NetworkRecipe, data_of, file_scheme
from seqtasks.text.corpora.suffixes import tagged_format_of
from seqtasks.text.languages import NEUTRAL
from seqtasks.text.sentences import sentence_spans
from seqtasks.text.tokenizers import visible_word
from seqtasks.text.words import check_language, word_spans

if TYPE_CHECKING:
    from seqtasks.evaluation.score import Score
    from seqtasks.inference.hmm_tagger import HMMHead
    from seqtasks.inference.tagger import Tagger

CHUNK = 1000  # lines held at a time while streaming
CHUNK_WORDS = 50_000  # words held at a time, as far as lines are shorter
LONGEST_PIECE = 1000  # words of a sentence where sentences are split; a longer one becomes several


@dataclass(frozen=True)
class RawSentence:
    """What is to be tagged. text: the sentence as it was written, None where words were given; offsets: where each word stands in it.

    line: its number in the input, from 1; start: where the sentence begins in its line.
    """

    words: list[str]
    text: str | None = None
    offsets: Sequence[tuple[int, int]] | None = None
    line: int = 1
    start: int = 0


class TaggingPredictor(LoadedRun):
    """A loaded tagging run, with one head or several: of a network or of an HMM."""

    task = "tagging"
    methods = ("tag", "tag_lines", "tag_words")

    def __init__(self, recipe: NetworkRecipe | HMMRecipe, tagger: Tagger | HMMHead, seen: Container[str]) -> None:
        self.recipe = recipe
        self.tagger = tagger
        self.seen = seen
        self.data = data_of(recipe)
        self.schemes = {head: scheme for head, data in self.data.items() if (scheme := file_scheme(data))}
        languages = {data.language for data in self.data.values()}
        self.language = languages.pop() if len(languages) == 1 else NEUTRAL

    def tag(self, text: str, *, confidences: bool = False, k_best: int | None = None, language: str | None = None) -> TaggedLine:
        """The tags of one line of raw text. language: of the text, where it is not the recipe's.

        k_best: how many sequences of tags the answer's `k_best` is to have. Raises WrongTypeError for anything but a str, UsageError for
        a text of several lines and for fewer than one sequence of tags.
        """
        if not isinstance(text, str) or not text.isprintable():
            one_line("tag", text, lines="tag_lines(lines)", words="tag_words(sentences)")
        spoken = self.language if language is None else language
        check_language(spoken)
        return next(iter(self.answers([*raw_sentences(text, spoken)], confidences=confidences, k_best=k_best)))

    def tag_lines(
        self,
        lines: Iterable[str],
        *,
        confidences: bool = False,
        k_best: int | None = None,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> Answers[TaggedLine]:
        """The tags of each line of raw text, in order; with `split_sentences` of each sentence, its `line` counted from 1.

        Raises as `tag` does, and WrongTypeError for what is no list of texts.
        """
        given = list_of_lines("tag_lines", lines, single="tag(text)", words="tag_words(sentences)")
        spoken = self.language if language is None else language
        sentences = [*sentences_of(given, spoken, split=split_sentences)]
        return self.answers(sentences, confidences=confidences, k_best=k_best)

    def tag_words(self, sentences: Iterable[Sequence[str]], *, confidences: bool = False, k_best: int | None = None) -> Answers[TaggedLine]:
        """The tags of sentences that are split into words as the training data are: [["Ann", "'s", "in", "Rome"], ["She", "sleeps"]].

        Raises WrongTypeError for what is no list of lists of words, and UsageError for a word with white space in it, unless the training
        data have such words.
        """
        given = lists_of_words("tag_words", sentences, single="tag(text)", lines="tag_lines(lines)", seen=self.seen)
        return self.answers([RawSentence(words) for words in given], confidences=confidences, k_best=k_best)

    def answers(self, sentences: Sequence[RawSentence], *, confidences: bool = False, k_best: int | None = None) -> Answers[TaggedLine]:
        """The tags of every head, and how sure it is of them and which are its k best where that is asked for."""
        words = [[visible_word(word) for word in sentence.words] for sentence in sentences]
        sure = Posteriors.of(self.tagger, words, self.data, self.schemes) if confidences else None
        ranked = k_best_of(self.tagger, words, self.data, k_best) if k_best is not None else None
        found = sure.tags if sure else self.tagger.tag(words)
        return Answers(
            TaggedLine(
                tuple(sentence.words),
                ByHead(tags),
                Confidences(sure.confidences[number]) if sure else Confidences(),
                sentence.text,
                sentence.offsets,
                sentence.line,
                sentence.start,
                self.schemes,
                sure.spans[number] if sure else None,
                ranked[number] if ranked is not None else None,
            )
            for number, (sentence, tags) in enumerate(zip(sentences, found, strict=True))
        )

    def stream(
        self,
        lines: Iterable[str],
        *,
        tokens: bool = False,
        chunk: int = CHUNK,
        confidences: bool = False,
        k_best: int | None = None,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> Iterator[TaggedLine]:
        """Tagged lines in order, or with `split_sentences` tagged sentences, with a bounded number of words in memory.

        `tokens`: the lines are words separated by spaces already. A line is never held in parts but where sentences are split.
        """
        refuse_text("stream", lines, "tag(text)")
        spoken = self.language if language is None else language
        held = CHUNK_WORDS // max(1, k_best or 1)
        for some in chunks(sentences_of(lines, spoken, tokens=tokens, split=split_sentences), chunk, words=held):
            yield from self.answers(some, confidences=confidences, k_best=k_best)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Answers in the form asked for. Raises UsageError for options of translation, and for some that do not go together."""
        refuse_tagging(options)
        answers = self.stream(
            lines,
            tokens=options.tokens,
            chunk=options.chunk,
            confidences=options.confidence,
            k_best=options.k_best,
            split_sentences=options.split_sentences,
            language=options.language,
        )
        layers = {head: data.layer for head, data in self.data.items()}
        return in_form(answers, options.form, layers, places=options.split_sentences, confidence=options.confidence)

    def metrics(self, files: Files) -> dict[str, Any]:
        """The table "scores" of metrics.json for annotated files."""
        return {"scores": [score.to_json() for score in self.evaluate(files)]}

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of annotated files, in the format of the recipe: one file, or one for each head."""
        files = paths_of("evaluate", files)
        if len(files) not in (1, len(self.data)):
            raise UsageError(f"evaluate needs one annotated file, or one for each of {', '.join(self.data)}; got {len(files)}.")
        scores = []
        heads = list(self.data) if len(files) == len(self.data) else [self.head_of(files[0])]
        for head, file in zip(heads, files, strict=True):
            scores += self.evaluate_head(head, file)
        return scores

    def evaluate_head(self, head: str, file: Path) -> list[Score]:
        """The scores of one head on its annotated file."""
        from seqtasks.tasks.tagging.scores import score_tags  # scoring, which answers do without

        data = self.data[head]
        sentences = refuse_empty(read_tagged_file(data, file)).examples
        answers = [answer[head] for answer in self.tagger.tag([sentence.words for sentence in sentences], (head,))]
        return score_tags(sentences, answers, data, file.name, head, self.seen)[0]

    def head_of(self, file: Path) -> str:
        """The head whose format one file of several possible ones is in, by its suffix."""
        if len(self.data) == 1:
            return next(iter(self.data))
        fitting = [head for head, data in self.data.items() if tagged_format_of(file) == data.format]
        if len(fitting) != 1:
            raise UsageError(f"{file}: which of {', '.join(self.data)} it annotates is not clear from its ending. Give one file for each.")
        return fitting[0]


def chunks(sentences: Iterable[RawSentence], size: int, *, words: int) -> Iterator[list[RawSentence]]:
    """Lists of up to `size` sentences that end with the first one to bring them to `words` words."""
    some: list[RawSentence] = []
    held = 0
    for sentence in sentences:
        some.append(sentence)
        held += len(sentence.words)
        if len(some) >= size or held >= words:
            yield some
            some, held = [], 0
    if some:
        yield some


def raw_sentences(line: str, language: str, *, number: int = 1, split: bool = False) -> Iterator[RawSentence]:
    """A line of raw text as one sentence or, with `split`, as its sentences, each of at most LONGEST_PIECE words.

    A blank line is one sentence without words. Offsets count within the sentence's text.
    """
    if not split:
        spans = word_spans(line, language)
        yield RawSentence([line[start:end] for start, end in spans], line, spans, number)
        return
    blank = True
    for first, last in sentence_spans(line, language):
        spans = word_spans(line[first:last], language)
        for piece in range(0, len(spans), LONGEST_PIECE):
            blank = False
            some = spans[piece : piece + LONGEST_PIECE]
            left = some[0].start
            words = [line[first + start : first + end] for start, end in some]
            offsets = [(start - left, end - left) for start, end in some]
            yield RawSentence(words, line[first + left : first + some[-1].end], offsets, number, first + left)
    if blank:
        yield RawSentence([], line, [], number)


def sentences_of(lines: Iterable[str], language: str, *, tokens: bool = False, split: bool = False) -> Iterator[RawSentence]:
    """The sentences of lines; `tokens`: lines are words between spaces already. Raises UsageError for what does not go together."""
    if tokens and split:
        raise UsageError("--tokens takes each line as one sentence; leave out --split-sentences.")
    check_language(language)
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, str):
            raise WrongTypeError(f"stream: line {number} is {described(line)}, not a str. {remedy_of(line)}")
        if tokens:
            # other white space than spaces and tabs, such as a no-break space in a number, belongs to its word
            yield RawSentence([word for word in line.replace("\t", " ").split(" ") if word.strip()], line=number)
        else:
            yield from raw_sentences(line, language, number=number, split=split)
