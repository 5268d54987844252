"""`seqtasks doctor`: every kind of run proves itself, and each proof fails where what it proves is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from seqtasks.inference.search import BeamSearch
from seqtasks.inference.translator import Translator
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.runs.doctor import examine, versions
from seqtasks.tasks.language_model.self_checks import LanguageModelChecks
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.resumed_update import two_ways
from seqtasks.tasks.self_checks import CheckedRun, Finding, OneAnswer, SelfChecks, agree, changed, for_two_updates
from seqtasks.tasks.table import kind_of, saved_recipe
from tests.miniature.runs import done, invoke, train

KINDS = ["pos", "ner", "multitask", "translation", "classification", "language_model"]
ROWS = [
    "checksums hold",
    "data to answer",
    "batched equals single",
    "one beam equals greedy",
    "score equals forced score",
    "resume is exact",
    "bf16 changes few answers",
    "versions as trained",
]


def rows(run: Path, *files: Path) -> dict[str, Finding]:
    return {check.name: check.finding for check in examine(run, files)}


@pytest.fixture
def copied(finished: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A finished run that a test may damage."""
    return lambda task: Path(shutil.copytree(finished(task), tmp_path / "copy"))


def checks_of(run: Path) -> tuple[SelfChecks, CheckedRun]:
    directory = RunDirectory.open(run)
    recipe = saved_recipe(directory)
    kind = kind_of(recipe)
    examined = CheckedRun(directory, recipe, kind.examples(recipe, DataLocations(), ()).examples, DataLocations())
    return kind.self_checks(examined), examined


@pytest.mark.parametrize("task", KINDS)
def test_a_sound_run_of_every_kind_proves_itself(task: str, finished: Callable[[str], Path], miniature: Path) -> None:
    found = rows(finished(task))
    assert list(found) == ROWS
    assert not [(name, finding) for name, finding in found.items() if finding.passed is False]
    proven = {name for name, finding in found.items() if finding.passed}
    assert {"checksums hold", "batched equals single", "score equals forced score", "resume is exact", "versions as trained"} <= proven
    assert ("one beam equals greedy" in proven) == (task == "translation")
    assert ("bf16 changes few answers" in proven) == (task != "language_model")
    assert found["resume is exact"].figures.endswith("bit for bit")


def test_a_sound_hmm_counts_the_same_again(miniature: Path, plain_figures: None) -> None:
    done("run", "pos", "hmm", "--out", "run")
    found = rows(Path("run"))
    assert not [finding for finding in found.values() if finding.passed is False]
    assert found["resume is exact"].figures.startswith("counted again: ")
    assert found["score equals forced score"].passed


def test_heads_of_texts_and_of_words_prove_themselves_together(miniature: Path, plain_figures: None) -> None:
    train("multitask", Path("run"), recipe="texts", controls=False)
    found = rows(Path("run"))
    assert not [finding for finding in found.values() if finding.passed is False]
    assert "words: " in found["batched equals single"].figures and "; " in found["batched equals single"].figures


def test_files_that_the_user_gives_are_answered(finished: Callable[[str], Path], miniature: Path) -> None:
    assert rows(finished("pos"), miniature / "pos" / "test.conllu")["data to answer"].figures.startswith("5 examples of ")
    pair = [miniature / "translation" / f"test_unseen.{side}" for side in ("en", "fr")]
    assert rows(finished("translation"), *pair)["data to answer"].figures.startswith("4 examples of ")


def test_a_run_whose_data_are_gone_answers_the_sample_and_says_so(miniature: Path, plain_figures: None, tmp_path: Path) -> None:
    for split in ("train", "dev"):
        shutil.copy(miniature / "pos" / f"{split}.conllu", tmp_path / f"own-{split}.conllu")
    train("pos", Path("run"), data__train="own-train.conllu", data__dev="own-dev.conllu")
    for split in ("train", "dev"):
        Path(f"own-{split}.conllu").unlink()
    found = rows(Path("run"))
    told = f"the bundled sample, since the run's own cannot be read ({tmp_path / 'own-dev.conllu'}: no such file. "
    assert told in found["data to answer"].figures
    assert found["resume is exact"].passed is None and "own-train.conllu: no such file" in found["resume is exact"].figures
    given = rows(Path("run"), miniature / "pos" / "train.conllu")
    assert given["resume is exact"].passed


def test_the_command_prints_a_row_for_each_check_and_ends_with_1_at_the_first_that_fails(
    copied: Callable[[str], Path], miniature: Path
) -> None:
    run = copied("pos")
    result = done("doctor", run)
    assert [line[2:27].strip() for line in result.stdout.splitlines()] == ROWS
    assert result.stdout.startswith("✓ checksums hold            6 files, ")
    with (run / "text" / "words.txt").open("a", encoding="utf-8") as file:
        file.write("more\n")
    result = invoke("doctor", run)
    assert result.exit_code == 1
    assert result.stdout == (
        f"✗ checksums hold            {run / 'text' / 'words.txt'}: damaged or changed (its checksum is not that in run.json). "
        "Restore it from a copy.\n"
    )


def test_what_is_no_finished_run_is_one_line(tmp_path: Path) -> None:
    result = invoke("doctor", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {tmp_path}: no run directory (it has no run.json). Give the path that `seqtasks run` printed.\n"


def test_other_versions_fail_last(copied: Callable[[str], Path], miniature: Path) -> None:
    run = copied("pos")
    facts = RunDirectory(run).facts()
    facts["machine"]["torch"] = "1.0.0+cpu"
    RunDirectory(run).save_facts(facts)
    found = rows(run)
    assert list(found) == ROWS
    assert found["versions as trained"].passed is False
    assert found["versions as trained"].figures == f"torch 1.0.0 then, {torch.__version__.partition('+')[0]} now"


def test_runs_of_before_say_what_they_never_wrote_down(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": 1}', encoding="utf-8")
    assert versions(RunDirectory(tmp_path)) == Finding(None, "a run of before: it wrote none down")


def leaky(scores: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A planted fault: what is scored depends on how many sentences are scored together."""

    def more(encoded: Any) -> torch.Tensor:
        found = scores(encoded)
        return found + 0.01 * torch.arange(found.size(-1)) * (len(found) - 1)

    return more


@pytest.mark.parametrize("task", ["pos", "ner", "classification"])
def test_a_model_whose_batches_leak_is_found(task: str, finished: Callable[[str], Path], miniature: Path) -> None:
    checks: Any = checks_of(finished(task))[0]
    model = checks.classifier.model if task == "classification" else checks.tagger.model
    head = next(iter(model.heads.values()))
    head.scores = leaky(head.scores)
    finding = checks.batched_equals_single()
    assert finding.passed is False and " 1 of 6: " in finding.figures


def shifted(loss: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A planted fault: the loss of an answer is not what the answer says of itself."""
    return lambda *given, **named: loss(*given, **named) * 1.01


@pytest.mark.parametrize("task", ["pos", "ner", "classification"])
def test_a_loss_that_is_not_that_of_the_answer_is_found(task: str, finished: Callable[[str], Path], miniature: Path) -> None:
    checks: Any = checks_of(finished(task))[0]
    model = checks.classifier.model if task == "classification" else checks.tagger.model
    head = next(iter(model.heads.values()))
    head.loss = shifted(head.loss)
    finding = checks.score_equals_forced_score()
    assert finding.passed is False and "apart" in finding.figures


class Worse(Translator):
    """Planted faults of a translator: other answers for one line alone, and for searches that take no shortcut."""

    def translate(self, lines: Sequence[str], **options: Any) -> Any:
        found = super().translate(lines, **options)
        return [[replace(best[0], log_probability=best[0].log_probability - 1.0)] for best in found] if len(lines) == 1 else found


class Unlike:
    """A search whose beams add something to a log-probability."""

    shortlists = None

    def __init__(self, models: Any) -> None:
        self.models = models
        self.forced = models.forced

    def answer(self, inputs: Any, strategy: Any) -> Any:
        found = self.models.answer(inputs, strategy)
        if not (isinstance(strategy, BeamSearch) and strategy.beams == 1 and strategy.shortcut):
            return [[replace(best[0], log_probability=best[0].log_probability - 1.0)] for best in found]
        return found


def test_a_translator_that_answers_otherwise_is_found(finished: Callable[[str], Path], miniature: Path) -> None:
    checks: Any = checks_of(finished("translation"))[0]
    checks.translator.__class__ = Worse
    assert checks.batched_equals_single().passed is False
    checks.translator.models = Unlike(checks.translator.models)
    assert checks.one_beam_equals_greedy().passed is False
    checks.translator.settings = checks.translator.settings.model_copy(update={"beams": 2})
    assert checks.score_equals_forced_score().passed is False


def test_a_language_model_that_forgets_is_found(finished: Callable[[str], Path], miniature: Path) -> None:
    checks: Any = checks_of(finished("language_model"))[0]
    assert isinstance(checks, LanguageModelChecks)
    checks.predictor.writer.model.output.register_forward_hook(lambda module, given, output: output * (1 + 0.01 * (len(output) % 7)))
    assert checks.batched_equals_single().passed is False
    assert checks.score_equals_forced_score().passed is False


class Noise(torch.nn.Module):
    """A planted fault: random draws from a generator that no checkpoint holds."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(3)

    def forward(self, module: Any, given: Any, output: torch.Tensor) -> torch.Tensor:
        return output + torch.rand(output.shape, generator=self.generator) * 0.1


def test_training_that_draws_outside_of_its_checkpoint_is_found(finished: Callable[[str], Path], miniature: Path, tmp_path: Path) -> None:
    _, run = checks_of(finished("pos"))

    def make() -> Any:
        runner: Any = kind_of(run.recipe).runner(for_two_updates(run.recipe), DataLocations(), device="cpu", learned=run.directory.path)
        next(iter(runner.task.model.heads.values())).projection.register_forward_hook(Noise())
        return runner

    finding = two_ways(make, run.directory.path, tmp_path)
    assert finding.passed is False and finding.figures.startswith("after a stop ")


def test_answers_that_bf16_changes_are_counted_and_too_many_fail() -> None:
    plain = [OneAnswer(("A", "B"), (0.9, 0.8)), OneAnswer(("A", "A"), (0.7, 0.6))]
    low = [OneAnswer(("A", "A"), (0.9, 0.8)), OneAnswer(("A", "A"), (0.7, 0.6))]
    assert changed(plain, low, unit="tag") == Finding(True, "1 of 4 tags change")
    other = [OneAnswer(("C", "C"), (0.9, 0.8)), OneAnswer(("C", "A"), (0.7, 0.6))]
    assert changed(plain, other, unit="tag") == Finding(False, "3 of 4 tags change")
    nothing = [OneAnswer(("A", "B"), (float("nan"), 0.8)), OneAnswer(("A", "A"), (0.7, 0.6))]
    assert changed(plain, nothing, unit="tag") == Finding(False, "in bfloat16 the model gives no numbers")


def test_answers_agree_only_where_their_numbers_do_and_ties_are_told() -> None:
    names = ("together", "alone")
    one, tie, other = OneAnswer(("A",), (0.5,)), OneAnswer(("B",), (0.5,)), OneAnswer(("B",), (0.6,))
    assert agree([one], [one], names=names, unit="line") == Finding(True, "1 lines, numbers to 0e+00")
    assert agree([one], [tie], names=names, unit="line") == Finding(True, "1 lines, 1 of them ties, numbers to 0e+00")
    assert agree([one], [other], names=names, unit="line") == Finding(False, "line 1 of 1: 'A' together, 'B' alone")
    assert agree([one], [], names=names, unit="line") == Finding(False, "1 answers together, 0 alone")
    assert agree([OneAnswer(("A",), ())], [OneAnswer(("B",), ())], names=names, unit="line").passed is False
    missing = [OneAnswer(("A",), (float("nan"),))]
    assert agree(missing, [one], names=names, unit="line").passed is False


def test_a_kind_without_answers_of_its_own_says_so() -> None:
    checks = SelfChecks()
    for finding in (
        checks.batched_equals_single(),
        checks.one_beam_equals_greedy(),
        checks.score_equals_forced_score(),
        checks.resume_is_exact(),
        checks.bf16_changes(),
    ):
        assert finding.passed is None and finding.figures
