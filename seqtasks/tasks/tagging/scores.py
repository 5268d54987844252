"""Tags against gold: scores, the file of predictions and the examples, for networks and the HMM alike."""

from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path

from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.nested import scores_of_spans
from seqtasks.evaluation.score import Score
from seqtasks.evaluation.spans import EntityReport
from seqtasks.evaluation.tag_metrics import further_scores
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.outcome import HeldOutExample, Outcome
from seqtasks.tasks.selection import example_positions, example_split
from seqtasks.tasks.tagging.parts import TaggedParts
from seqtasks.tasks.tagging.recipe import file_scheme
from seqtasks.tasks.tagging.review import Posteriors, tag_review
from seqtasks.text.corpora.examples import TaggedSentence

Tags = Sequence[Sequence[str]]


def tagged_outcome(
    parts: TaggedParts,
    predict: Callable[[Sequence[TaggedSentence], Sequence[str]], Mapping[str, list[list[str]]]],
    seen: Container[str],
    posteriors: Posteriors | None = None,
) -> Outcome:
    """Scores, tagged sentences and examples of every part that is reported, and of one what is wrong with its tags.

    predict: {head: tags}, of the heads of one corpus at once; posteriors: tags of one head and how probable each is, of
    sentences of words, where the tagger knows.
    """
    outcome = Outcome()
    answers = {
        (head, split): tags
        for heads in parts.corpora
        for split, sentences in parts.scored[heads[0]].items()
        for head, tags in predict(sentences, heads).items()
    }
    for head, scored in parts.scored.items():
        layer = parts.data[head].layer
        for split, sentences in scored.items():
            predicted = answers[head, split]
            scores, entities = score_tags(sentences, predicted, parts.data[head], split, head, seen)
            outcome.scores += scores
            if entities is not None and not any(row.support for row in entities.per_type):
                outcome.notes.append(f"{split} {head}: no entity is marked in it, so F1, precision and recall say nothing of the answers.")
            if entities is not None:
                outcome.entities[f"{split} {head}"] = entities
                outcome.notes.append(
                    f"{split} {head}: {entities.illegal} illegal tags predicted; {entities.boundary_errors} boundary errors, "
                    f"{entities.type_errors} type errors, {entities.missed} missed, {entities.spurious} spurious."
                )
            outcome.predictions[predictions_name(head, split, named=parts.named)] = columns(sentences, layer, predicted)
            if split == example_split(list(scored)):
                outcome.tag_reviews[f"{split} {head}"] = tag_review(sentences, predicted, parts.data[head], head, posteriors)
                right = [list(one.tags[layer]) == list(tags) for one, tags in zip(sentences, predicted, strict=True)]
                outcome.examples += [example(sentences[place], layer, predicted[place]) for place in example_positions(right)]
    return outcome


def score_tags(
    sentences: Sequence[TaggedSentence],
    predicted: Tags,
    data: TaggedData,
    split: str,
    head: str,
    known: Container[str],
) -> tuple[list[Score], EntityReport | None]:
    """Every score of tags against gold; where tags are spans, the report on entities too."""
    gold = [sentence.tags[data.layer] for sentence in sentences]
    words = [sentence.words for sentence in sentences]
    scores = token_accuracy(gold, predicted, words, known, split=split, head=head)
    scheme = file_scheme(data)
    scores += further_scores(gold, predicted, scheme, split=split, head=head)
    if scheme is None:
        return scores, None
    report = scores_of_spans(gold, predicted, scheme=scheme, split=split, head=head)
    return [*report.scores, *scores], report


def predictions_name(head: str, split: str, *, named: bool) -> str:
    """The file in predictions/ that holds a head's answers for a split; named: after the head, because the model has several."""
    return f"{head}-{split}.conll" if named else f"{split}.conll"


def columns(sentences: Sequence[TaggedSentence], layer: str, predicted: Tags) -> str:
    """Word, gold tag and predicted tag, tab-separated; a blank line after each sentence."""
    blocks = (zip(one.words, one.tags[layer], tags, strict=True) for one, tags in zip(sentences, predicted, strict=True))
    return "\n".join("".join("\t".join(row) + "\n" for row in block) for block in blocks) + "\n"


def read_columns_back(path: Path) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """(words, gold, predicted) of a file that `columns` wrote. Raises RunDirectoryError for any other file."""
    try:
        blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
        rows = [[tuple(line.split("\t")) for line in block.split("\n") if line] for block in blocks]
        sides = [[[row[column] for row in block] for block in rows] for column in range(3)]
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file. The run has not been finished, or never scored this part.") from None
    except (OSError, ValueError, IndexError) as fault:
        raise RunDirectoryError(f"{path}: damaged ({fault}). Restore it from a copy, or run again.") from None
    return sides[0], sides[1], sides[2]


def example(sentence: TaggedSentence, layer: str, tags: Sequence[str]) -> HeldOutExample:
    return HeldOutExample(" ".join(sentence.words), joined(sentence.words, tags), joined(sentence.words, sentence.tags[layer]))


def joined(words: Sequence[str], tags: Sequence[str]) -> str:
    """word/TAG word/TAG, with O left out."""
    return " ".join(word if tag == "O" else f"{word}/{tag}" for word, tag in zip(words, tags, strict=True))
