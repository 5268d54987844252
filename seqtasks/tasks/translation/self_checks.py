"""What a finished translation run can prove of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from seqtasks.inference.search import BeamSearch, SearchInput
from seqtasks.inference.translator import Translator
from seqtasks.tasks.contract import PredictorOptions, TaskKind
from seqtasks.tasks.resumed_update import resumed_update
from seqtasks.tasks.self_checks import CheckedRun, Finding, OneAnswer, SelfChecks, agree, changed
from seqtasks.tasks.translation.predictor import TranslationPredictor


class TranslationChecks(SelfChecks):
    """Of a translator. sources: what it reads, with the context of each; bf16: loads the same run to search in bfloat16; resumed: tries an
    update.
    """

    def __init__(
        self, translator: Translator, sources: Sequence[str], *, bf16: Callable[[], Translator], resumed: Callable[[], Finding]
    ) -> None:
        self.translator = translator
        self.sources = sources
        self.bf16 = bf16
        self.resumed = resumed
        self.inputs = [SearchInput(piece, number=(0, number)) for number, line in enumerate(sources) for piece in translator.pieces(line)]

    def batched_equals_single(self) -> Finding:
        alone = [translated(self.translator, [line], first=number)[0] for number, line in enumerate(self.sources)]
        return agree(translated(self.translator, self.sources), alone, names=("together", "alone"), unit="line")

    def one_beam_equals_greedy(self) -> Finding:
        settings = self.translator.settings
        greedy, one_beam = (self.searched(BeamSearch(settings, 1, shortcut=shortcut)) for shortcut in (True, False))
        return agree(one_beam, greedy, names=("with one beam", "by greedy search"), unit="line")

    def searched(self, strategy: BeamSearch) -> list[OneAnswer]:
        """The tokens of the best hypothesis of each line, and its log-probability."""
        found = self.translator.models.answer(self.inputs, strategy)
        return [OneAnswer(tuple(map(str, best[0].tokens)), (best[0].log_probability,)) for best in found]

    def score_equals_forced_score(self) -> Finding:
        translator = self.translator
        if translator.models.shortlists is not None:
            return Finding(None, "its search looks at the words of a shortlist, a given translation is scored among all")
        settings = translator.settings
        found = [best[0] for best in translator.models.answer(self.inputs, BeamSearch(settings, settings.beams))]
        end = translator.assets.target.vocabulary.eos
        outputs = [[*best.tokens, end] if best.finished else list(best.tokens) for best in found]
        given = translator.models.forced([one.ids for one in self.inputs], outputs, settings.batch_tokens)
        searched = [OneAnswer((), (best.log_probability,)) for best in found]
        forced = [OneAnswer((), (float(output.log_probs_T.sum()),)) for output in given]
        return agree(searched, forced, names=("by its search", "given"), unit="line")

    def resume_is_exact(self) -> Finding:
        return self.resumed()

    def bf16_changes(self) -> Finding:
        return changed(translated(self.translator, self.sources), translated(self.bf16(), self.sources), unit="line")


def translated(translator: Translator, lines: Sequence[str], *, first: int = 0) -> list[OneAnswer]:
    """The translation of each line and its log-probability. first: the number of the first line, which samples depend on."""
    return [OneAnswer((best[0].text,), (best[0].log_probability,)) for best in translator.translate(lines, first=first)]


def translation_checks(run: CheckedRun, kind: TaskKind) -> TranslationChecks:
    """The checks of a translation run."""
    options = PredictorOptions(device=run.device)

    def load(precision: str) -> TranslationPredictor:
        return TranslationPredictor(run.directory, run.recipe, replace(options, precision=precision))

    predictor = load("float32")
    return TranslationChecks(
        predictor.translator,
        [*predictor.as_read(pair.source for pair in run.examples)],
        bf16=lambda: load("bf16").translator,
        resumed=lambda: resumed_update(run, kind),
    )
