"""Several tasks on one trunk: one corpus is read, trained and scored once for all its layers; several corpora share the batches."""

from pathlib import Path

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.errors import RecipeError
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.task import multitask_task
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.tasks.tagging.parts import TaggedParts
from seqtasks.text.corpora import readers
from seqtasks.training.epoch_sums import weighted_loss
from tests.miniature.corpora import write
from tests.miniature.runs import metrics, settings, stored_answers, train

EWT, SAMPLE = "ud-english-ewt", "default"
CHUNKS = {"train": "the\tDET\tB-NP\ncat\tNOUN\tI-NP\nsleeps\tVERB\tB-VP\n\n" * 30, "dev": "a\tDET\tO\ncat\tNOUN\tI-NP\n\n" * 2}
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def job_of(recipe: str, data_dir: Path | None = None, **changes: object) -> HeadsTask:
    """A tiny job; `changes` are recipe keys with two underscores for the dot."""
    overrides = settings("multitask", {key.replace("__", "."): value for key, value in changes.items()})[1::2]
    loaded = load_recipe("multitask", recipe, overrides).recipe
    check_recipe(loaded)
    return multitask_task(loaded, DataLocations(data_dir), torch.device("cpu"))


def tagged_of(job: HeadsTask) -> TaggedParts:
    """The parts of its heads of words."""
    (group,) = job.groups
    return group.tagged


def chunk_job(**changes: object) -> HeadsTask:
    """POS and chunks from two columns of the same files of our own."""
    for split, text in CHUNKS.items():
        write(Path(f"{split}.txt"), text)
    keys = {"corpus": "", "format": "columns", "train": "train.txt", "dev": "dev.txt", "test": "", "test_unseen": ""}
    tasks: dict[str, object] = {f"tasks__{task}__data__{key}": value for task in ("upos", "ner") for key, value in keys.items()}
    return job_of(SAMPLE, **tasks | {"tasks__upos__data__tag_column": 1, "tasks__ner__data__layer": "chunk"} | changes)


def test_layers_of_one_corpus_are_read_together_and_trained_from_one_batch(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[str, ...]] = []
    real = readers.read_conllu
    monkeypatch.setattr(
        readers, "read_conllu", lambda path, *, layers, spans: (read.append(tuple(layers)), real(path, layers=layers, spans=spans))[1]
    )
    job = job_of(EWT, data_dir)
    assert read == [("upos", "xpos")] * 3  # train, dev, test
    assert tagged_of(job).corpora == [["upos", "xpos"]]
    items = job.epoch(1).plan
    assert sorted(position for _, positions in items for position in positions.tolist()) == list(range(len(tagged_of(job).kept["upos"])))
    batch = job.batch(items[0])
    assert set(batch.targets) == {"upos", "xpos"}
    for head, targets_BS in batch.targets.items():
        for row, position in enumerate(batch.positions_B.tolist()):
            gold = tagged_of(job).kept[head][position].tags[head]
            assert [job.assets.labels[head][label] for label in targets_BS[row, : len(gold)].tolist()] == list(gold)


def test_the_loss_of_a_batch_with_two_targets_is_that_of_each_alone_by_its_weight(data_dir: Path) -> None:
    job = job_of(EWT, data_dir, tasks__xpos__head__weight=0.25)
    job.model.eval()
    batch = job.epoch(1)[0]
    terms = job.objective(job.model, batch, 0)
    alone = {}
    for head in ("upos", "xpos"):
        scores_BSN = job.model(batch, (head,))[head]
        alone[head] = torch.nn.functional.cross_entropy(scores_BSN[batch.mask_BS], batch.targets[head][batch.mask_BS])
    torch.testing.assert_close(weighted_loss(terms, job.weights), alone["upos"] + 0.25 * alone["xpos"])


def test_dev_and_the_final_scores_read_each_sentence_once_for_all_heads(data_dir: Path) -> None:
    job = job_of(EWT, data_dir)
    seen: list[int] = []
    job.model.register_forward_pre_hook(lambda model, given: seen.append(len(given[0].mask_BS)))
    dev = job.score_dev()
    assert dev is not None and set(dev.scores) == {"upos accuracy", "xpos accuracy"}
    assert sum(seen) == len(tagged_of(job).watched["upos"])
    seen.clear()
    outcome = job.outcome()
    parts = {split: len(sentences) for split, sentences in tagged_of(job).scored["upos"].items()}
    assert sum(seen) == sum(parts.values()) + 2 * parts["test"]  # and how sure each head is of the part whose wrong tags are shown
    assert {(score.split, score.head) for score in outcome.scores} == {
        (split, head) for split in ("dev", "test") for head in ("upos", "xpos")
    }


def test_words_of_a_shared_corpus_count_once(data_dir: Path) -> None:
    job = job_of(EWT, data_dir)
    assert tagged_of(job).training_words() == [sentence.words for sentence in tagged_of(job).kept["upos"]]
    words = [word for sentence in tagged_of(job).kept["upos"] for word in sentence.words]
    assert job.word_counts().sum() == len(words)


def test_two_columns_of_one_file_are_one_corpus_each_in_its_scheme() -> None:
    job = chunk_job(tasks__ner__head__kind="crf")
    assert tagged_of(job).corpora == [["upos", "ner"]]
    assert job.assets.labels == {"upos": ("DET", "NOUN", "VERB"), "ner": ("B-NP", "B-VP", "I-NP")}
    assert "dev.txt: repaired 2 illegal tags in layer chunk" in " ".join(job.notes)
    assert set(job.epoch(1)[0].targets) == {"upos", "ner"}


@pytest.mark.parametrize(
    "changes",
    [
        {"tasks__ner__data__train_fraction": 0.5},
        {"tasks__ner__data__dev": "train.txt"},
        {"tasks__ner__data__separator": "tab"},
        {"tasks__ner__data__layer": "upos"},
    ],
    ids=["share", "another dev part", "separator", "the same layer from another column"],
)
def test_settings_that_differ_in_more_than_the_layer_are_corpora_of_their_own(changes: dict[str, object]) -> None:
    assert tagged_of(chunk_job(**changes)).corpora == [["upos"], ["ner"]]


def test_two_heads_of_the_same_layer_learn_from_the_same_batches() -> None:
    keys = {"layer": "chunk", "tag_column": -1, "scheme": "BIO"}
    job = chunk_job(**{f"tasks__upos__data__{key}": value for key, value in keys.items()}, tasks__upos__head__kind="softmax")
    assert tagged_of(job).corpora == [["upos", "ner"]]
    targets = job.epoch(1)[0].targets
    assert torch.equal(targets["upos"], targets["ner"])


def test_smoothing_gives_a_small_corpus_more_of_the_batches() -> None:
    def shares(smoothing: float) -> list[int]:
        job = job_of(SAMPLE, tasks__ner__data__train_fraction=0.25, training__batch_tokens=20, smoothing=smoothing)
        return np.bincount([corpus for corpus, _ in job.epoch(1).plan]).tolist()

    large, small = shares(1.0)
    assert large > 2 * small
    assert abs(shares(0.0)[0] - shares(0.0)[1]) <= 1
    assert small < shares(0.5)[1] < shares(0.0)[1]


def test_a_smoothed_run_trains_and_answers_as_before(miniature: Path) -> None:
    train("multitask", Path("run"), smoothing=0.5, controls=False, tasks__ner__head__private_layers=1, tasks__ner__head__private_size=6)
    predictor = seqtasks.load("run")
    assert set(predictor.tagger.model.private) == {"ner"}
    assert predictor.tagger.model.head("ner").projection.in_features == 12
    for head in ("upos", "ner"):
        path = Path("run/predictions") / f"{head}-test.conll"
        words = [[line.split("\t")[0] for line in block.split("\n")] for block in path.read_text().rstrip("\n").split("\n\n")]
        assert [answer.tags[head] for answer in predictor.tag_words(words)] == stored_answers(Path("run"), path.name)
    assert metrics(Path("run"))["scores"]


def test_keys_that_mean_nothing_here_are_refused() -> None:
    with pytest.raises(RecipeError) as caught:
        job_of(EWT, smoothing=0.5, tasks__upos__head__private_size=6)
    assert list(caught.value.faults) == [
        "smoothing shares batches out among corpora, but all tasks read one corpus. Leave it out.",
        "head of upos: private_size has no meaning without private_layers. Set private_layers, or leave it out.",
    ]
