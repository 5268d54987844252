"""Ways to train a translator, through the command line: they resume bit for bit and change what they say."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.evaluation.bleu import bleu_metric
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.task import TranslationTask
from seqtasks.tasks.translation.training import bleu_risk, candidates, walks
from seqtasks.text.batching import MULTIPLE, ROWS
from tests.miniature.runs import TINY, done, sha256, train

pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")
CPU = torch.device("cpu")


def job_of(**changes: object) -> TranslationTask:
    chosen = TINY["translation"] | {key.replace("__", "."): value for key, value in changes.items()}
    overrides = [f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in chosen.items()]
    torch.manual_seed(1)
    return TranslationTask(load_recipe("translation", "default", overrides).recipe, DataLocations(), CPU)


def texts(job: TranslationTask, number: int) -> dict[int, tuple[str, str]]:
    """Each training pair as epoch `number` shows it, pieces apart."""
    found = {}
    for batch in job.epoch(number):
        for row, position in enumerate(batch.positions_B.tolist()):
            source = job.assets.source.tokens(batch.ids_BS[row][batch.mask_BS[row]].tolist())
            target = job.assets.target.tokens(batch.targets["target"][row][batch.targets["target"][row] >= 0].tolist())
            found[position] = " ".join(source), " ".join(target)
    return found


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
@pytest.mark.parametrize("joint", [True, False])
def test_both_sides_are_drawn_anew_in_each_epoch_in_the_same_words(kind: str, joint: bool) -> None:
    rate = {"text__size": 200} | ({"text__dropout": 0.4} if kind == "bpe" else {"text__sampling": 0.05})
    job = job_of(text__tokenizer=kind, text__joint=joint, **rate)
    first, second = texts(job, 1), texts(job, 2)
    assert first == texts(job_of(text__tokenizer=kind, text__joint=joint, **rate), 1)
    assert all(sum(first[number][side] != second[number][side] for number in first) > len(first) / 4 for side in (0, 1))
    for position, pair in enumerate(job.train.pairs):
        for shown, text, language in zip(first[position], (pair.source, pair.target), (job.assets.source, job.assets.target), strict=True):
            assert "<unk>" not in shown
            assert language.tokenizer.join(shown.split(" ")[:-1]) == " ".join(text.split())


def test_dev_and_what_is_answered_are_never_drawn() -> None:
    job, plain = job_of(text__dropout=0.5), job_of()
    assert [job.assets.source.tokens(row.tolist()) for row in job.dev.sources] == [
        plain.assets.source.tokens(row.tolist()) for row in plain.dev.sources
    ]


def test_batches_have_few_shapes() -> None:
    job = job_of(training__batch_tokens=1000)
    for batch in job.epoch(1):
        assert batch.ids_BS.size(1) % MULTIPLE == batch.targets["target"].size(1) % MULTIPLE == 0
        assert len(batch.ids_BS) * max(batch.ids_BS.size(1), batch.targets["target"].size(1)) <= 1000
    odd = [len(item) for item in job.epoch(1).plan if len(item) % ROWS]
    assert len(odd) <= 1


WAYS = [
    {"text__dropout": 0.3, "training__r_drop": 1.0, "backbone__dropout": 0.2},
    {"training__scheduled_sampling": "linear", "training__sampling_half": 3, "training__average_checkpoints": 2},
    {"training__scheduled_sampling": "linear", "training__sampling_half": 3, "decoder__input_feeding": True, "text__tokenizer": "unigram"}
    | {"text__sampling": 0.3},
    {"training__objective": "risk", "training__risk_samples": 2, "training__batch_tokens": 600},
]


@pytest.mark.parametrize("way", WAYS, ids=["bpe dropout and r-drop", "two passes and averaging", "walked and unigram sampling", "risk"])
def test_a_run_that_stops_and_goes_on_ends_at_the_same_bits(way: dict[str, object]) -> None:
    train("translation", Path("whole"), training__epochs=3, training__checkpoint_every=2, **way)
    train("translation", Path("cut"), training__epochs=3, training__checkpoint_every=2, **way)
    Path("cut/model.safetensors").unlink()
    newest = sorted(Path("cut/checkpoints").glob("update-*"))
    newest[-1].unlink()  # the last epoch's end: go on in its middle
    done("run", "translation", "--out", "cut", "--resume", "--device", "cpu")
    assert sha256(Path("whole/model.safetensors")) == sha256(Path("cut/model.safetensors"))


def test_risk_fine_tunes_a_finished_run() -> None:
    train("translation", Path("first"), training__epochs=2)
    small = ["--set", "training.epochs=1", "--set", "training.batch_tokens=900", "--set", "training.risk_samples=3"]
    told = done("run", "translation", "--from", "first", "--out", "tuned", "--device", "cpu", "--set", 'training.objective="risk"', *small)
    assert "teaches none" not in told.stdout
    before, after = (seqtasks.load(run).translator.model.state_dict() for run in ("first", "tuned"))
    assert any(not torch.equal(before[name], after[name]) for name in before)
    alone = train("translation", Path("alone"), training__objective="risk", training__risk_samples=2)
    assert "note: training.objective = 'risk' fine-tunes a translator, but teaches none: start it --from a finished run.\n" in alone.stdout


def test_the_mean_of_epochs_is_told() -> None:
    told = train("pos", Path("mean"), training__average_checkpoints=2, training__epochs=3, training__select_by="last")
    assert "weights: the mean of those after epochs 2, 3\n" in told.stdout


def test_candidates_are_drawn_by_seed_update_and_sentence_and_end_as_the_model_ends_them() -> None:
    job = job_of()
    batch = job.epoch(1)[0]
    draw = candidates(job.assets.target, job.recipe.decoding, samples=4, seed=3)
    job.model.eval()
    with torch.no_grad():
        first, again, later = (draw(job.model, batch, step) for step in (0, 0, 1))
    assert first == again != later
    end = job.assets.target.vocabulary.eos
    longest = (batch.mask_BS.sum(1) * job.recipe.decoding.length_ratio).long() + job.recipe.decoding.length_extra
    for group, limit in zip(first, longest.tolist(), strict=True):
        assert len(group) == 4
        assert all(end not in words[:-1] and (words[-1] == end or len(words) == limit) for words in group)


def test_risk_is_one_less_bleu_of_the_sentence() -> None:
    from sacrebleu import sentence_bleu

    job = job_of()
    line, other = job.train.pairs[0].target, job.train.pairs[1].target
    ids = [job.assets.target.encode(text) for text in (line, other)]
    found = bleu_risk(job.assets.target, "fr")([*ids, ids[0][:-2]], ids[0])
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found[1] == pytest.approx(1 - sentence_bleu(other, [line]).score / 100)
    assert 0 < found[2] < 1


@pytest.mark.parametrize(
    ("kind", "feeding", "expected"),
    [("additive", False, False), ("additive", True, True), ("none", False, False), ("coverage", False, True)],
)
def test_a_decoder_is_walked_where_it_goes_word_for_word(kind: str, feeding: bool, expected: bool) -> None:
    job = job_of(decoder__attention=kind, decoder__input_feeding=feeding)
    assert walks(job.model.decoder) == expected


@pytest.mark.parametrize(("change", "expected"), [({"kind": "cgru"}, True), ({"attend": "first", "layers": 2}, False)])
def test_a_conditional_gru_is_walked_and_a_decoder_whose_first_layer_asks_is_not(change: dict[str, object], expected: bool) -> None:
    assert walks(job_of(**{f"decoder__{key}": value for key, value in change.items()}).model.decoder) == expected


@pytest.mark.parametrize(("language", "expected"), [("zh", "zh"), ("ja", "char"), ("fr", "13a")])
def test_dev_bleu_is_that_of_the_target_language(language: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job, asked = job_of(training__select_by="bleu"), []
    data = job.recipe.data.model_copy(update={"target": language})
    monkeypatch.setattr(job, "recipe", job.recipe.model_copy(update={"data": data}))
    monkeypatch.setattr("seqtasks.evaluation.bleu.bleu_metric", lambda code: (asked.append(bleu_metric(code)), asked[-1])[1])
    job.score_dev()
    assert [metric.tokenizer.signature() for metric in asked] == [expected]
