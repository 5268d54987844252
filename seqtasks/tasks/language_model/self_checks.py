"""What a finished language model can prove of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seqtasks.inference.writer import Writer, Written
from seqtasks.tasks.contract import PredictorOptions, TaskKind
from seqtasks.tasks.language_model.predictor import LanguageModelPredictor, load_predictor
from seqtasks.tasks.resumed_update import resumed_update
from seqtasks.tasks.self_checks import CheckedRun, Finding, OneAnswer, SelfChecks, agree
from seqtasks.text.encoded import Ragged


class LanguageModelChecks(SelfChecks):
    """Of a language model. lines: what it scores, and goes on from the first half of; resumed: tries an update."""

    def __init__(self, predictor: LanguageModelPredictor, lines: Sequence[str], *, resumed: Callable[[], Finding]) -> None:
        self.predictor = predictor
        self.lines = lines
        self.beginnings = [" ".join(words[: (len(words) + 1) // 2]) for words in map(str.split, lines)]
        self.resumed = resumed

    def batched_equals_single(self) -> Finding:
        """Scores of lines that are read a thousand at a time and one by one; of a text, each goes on from the one before."""
        together, alone = ([found for _, found in self.predictor.stream_line_scores(self.lines, chunk=chunk)] for chunk in (1000, 1))
        answers = ([OneAnswer(found.tokens, found.log_probabilities) for found in side] for side in (together, alone))
        return agree(*answers, names=("together", "alone"), unit="line")

    def one_beam_equals_greedy(self) -> Finding:
        return Finding(None, "it draws what it writes: nothing is searched")

    def score_equals_forced_score(self) -> Finding:
        """The log-probability of what it writes, while it writes, and as a given line."""
        writer = self.predictor.writer
        written = [best[0] for best in writer.write(self.beginnings)]
        given = [OneAnswer((one.text,), (given_score(writer, begin, one),)) for begin, one in zip(self.beginnings, written, strict=True)]
        return agree([OneAnswer((one.text,), (one.log_probability,)) for one in written], given, names=("written", "given"), unit="line")

    def resume_is_exact(self) -> Finding:
        return self.resumed()

    def bf16_changes(self) -> Finding:
        return Finding(None, "a language model answers in float32")


def given_score(writer: Writer, beginning: str, written: Written) -> float:
    """The log-probability of the tokens that were written, read as one line; with its end where it came to one."""
    vocabulary = writer.language.vocabulary
    tokens = [*writer.language.split(beginning), *written.continuation]
    found = writer.score(Ragged.from_lists([[*vocabulary.ids(tokens), vocabulary.eos]])).log_probs_T
    return float(found.sum() if written.finished else found[:-1].sum())


def language_model_checks(run: CheckedRun, kind: TaskKind) -> LanguageModelChecks:
    """The checks of a language model."""
    predictor = load_predictor(run.directory, run.recipe, PredictorOptions(device=run.device))
    return LanguageModelChecks(predictor, run.examples, resumed=lambda: resumed_update(run, kind))
