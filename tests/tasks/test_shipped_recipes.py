"""Every recipe in tasks/ trains two updates as it is shipped, saves, loads again and answers; a new recipe is covered by being there."""

import json
from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.recipes.load import recipe_names, task_names
from seqtasks.tasks import neural
from seqtasks.tasks.classification.predictor import ClassificationPredictor
from seqtasks.tasks.language_model.predictor import LanguageModelPredictor
from seqtasks.tasks.multitask.predictor import MultitaskPredictor
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.translation.predictor import TranslationPredictor
from seqtasks.training.weights import own_tensors
from tests.miniature.runs import done, metrics, train

EVERY = [(task, name) for task in task_names() for name in recipe_names(task)]
SHIPPED = [(task, name) for task, name in EVERY if load_recipe(task, name).recipe.kind != "hmm"]
COUNTED = [pair for pair in EVERY if pair not in SHIPPED]


def test_every_folder_of_tasks_has_a_default_recipe() -> None:
    assert {"classification", "language_model", "multitask", "ner", "pos", "translation"} <= set(task_names())
    assert all("default" in recipe_names(task) for task in task_names())


@pytest.mark.parametrize(("task", "name"), SHIPPED)
@pytest.mark.usefixtures("plain_figures")
def test_recipe_trains_saves_reloads_and_answers(
    task: str, name: str, miniature: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[torch.nn.Module] = []
    save = neural.save_weights
    monkeypatch.setattr(neural, "save_weights", lambda model, path: (trained.append(model), save(model, path)))
    whole_epoch = ["--set", "training.batch_tokens=4000", "--set", "training.epochs=2", "--set", "training.warmup_updates=0"]
    result = done("run", task, name, "--data-dir", data_dir, "--out", "run", "--device", "cpu", *whole_epoch)

    rows = [json.loads(line) for line in Path("run/history.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2]
    assert rows[-1]["update"] >= 2
    assert result.stdout.splitlines()[1] == "run directory: run" == result.stdout.splitlines()[-1]
    assert metrics(Path("run"))["task"] == task

    predictor = seqtasks.load("run")
    model = model_of(predictor)
    before, shared_before = own_tensors(trained[0])
    after, shared_after = own_tensors(model)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert shared_before == shared_after

    if isinstance(predictor, TranslationPredictor):
        stored = Path(f"run/predictions/test.{predictor.recipe.data.target}").read_text(encoding="utf-8").split("\n")[:-1]
        sources = part_lines(predictor.recipe.data.source, miniature, data_dir, predictor.recipe.data.corpus)
        assert [best[0].text for best in predictor.translate(sources)] == stored
    elif isinstance(predictor, ClassificationPredictor):
        stored = [json.loads(line) for line in Path("run/predictions/test.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [list(answer.labels) for answer in predictor.classify_lines([row["text"] for row in stored])] == [
            row["predicted"] for row in stored
        ]
    elif isinstance(predictor, LanguageModelPredictor):
        stored = Path("run/predictions/test.log-probabilities").read_text(encoding="utf-8").split()
        lines = part_lines("en", miniature, data_dir, predictor.recipe.data.corpus)
        assert [f"{scored.log_probability:.4f}" for scored in predictor.score(lines)] == stored
    else:
        labelled = predictor.classifiers if isinstance(predictor, MultitaskPredictor) else {}
        for head in labelled:
            stored = [json.loads(line) for line in Path(f"run/predictions/{head}-test.jsonl").read_text(encoding="utf-8").splitlines()]
            answers = predictor.classify_lines([row["text"] for row in stored])[head]
            assert [list(answer.labels) for answer in answers] == [row["predicted"] for row in stored]
        tagger = predictor.words if isinstance(predictor, MultitaskPredictor) else predictor
        assert isinstance(tagger, TaggingPredictor)
        for head in tagger.data:
            path = Path("run/predictions") / ("test.conll" if len([*labelled, *tagger.data]) == 1 else f"{head}-test.conll")
            blocks = [block.splitlines() for block in path.read_text(encoding="utf-8").split("\n\n")]
            words = [[line.split("\t")[0] for line in block] for block in blocks]
            assert [answer.tags[head] for answer in predictor.tag_words(words)] == [
                [line.split("\t")[2] for line in block] for block in blocks
            ]


def model_of(predictor: object) -> torch.nn.Module:
    """The network of a loaded run."""
    if isinstance(predictor, TranslationPredictor):
        return predictor.translator.model
    if isinstance(predictor, ClassificationPredictor):
        return predictor.classifier.model
    if isinstance(predictor, LanguageModelPredictor):
        return predictor.model
    if isinstance(predictor, MultitaskPredictor):
        return predictor.words.tagger.model
    assert isinstance(predictor, TaggingPredictor)
    return predictor.tagger.model


@pytest.mark.parametrize(("task", "name"), COUNTED)
@pytest.mark.usefixtures("miniature")
def test_hmm_recipe_counts_saves_reloads_and_answers(task: str, name: str, data_dir: Path) -> None:
    result = done("run", task, name, "--data-dir", data_dir, "--out", "run")
    assert result.stdout.splitlines()[1] == "run directory: run" == result.stdout.splitlines()[-1]
    assert not Path("run/history.jsonl").exists()
    assert Path("run/report.html").exists()
    found = metrics(Path("run"))
    assert found["selected_on"] == "a held-out part of train"
    assert found["cost"]["parameters"] > 0

    predictor = seqtasks.load("run")
    assert isinstance(predictor, TaggingPredictor)
    blocks = [block.splitlines() for block in Path("run/predictions/test.conll").read_text(encoding="utf-8").split("\n\n")]
    words = [[line.split("\t")[0] for line in block] for block in blocks]
    head = next(iter(predictor.data))
    assert [answer.tags[head] for answer in predictor.tag_words(words)] == [[line.split("\t")[2] for line in block] for block in blocks]


def of_the_sample(task: str, name: str) -> bool:
    return "sample/" in str(load_recipe(task, name).recipe.model_dump())


def part_lines(source: str, sample: Path, data_dir: Path, corpus: str) -> list[str]:
    """The source lines of a translation recipe's test part."""
    import gzip

    if corpus.startswith("sample/"):
        return (sample / corpus.removeprefix("sample/") / f"test.{source}").read_text(encoding="utf-8").split("\n")[:-1]
    packed = data_dir / corpus / f"test_2016_flickr.{source}.gz"
    return gzip.decompress(packed.read_bytes()).decode("utf-8").split("\n")[:-1]


def test_heads_of_a_reloaded_multitask_run_stand_on_one_trunk(finished) -> None:
    predictor = seqtasks.load(finished("multitask"))
    model = predictor.tagger.model
    assert set(model.heads) == {"upos", "ner"}
    names = [name for name, _ in model.named_modules() if name.endswith("trunk")]
    assert names == ["trunk"]
    stored = own_tensors(model)[0]
    assert sum("embedder.words" in name for name in stored) == 1
    with torch.no_grad():
        before = predictor.tag("Mara sees the dog .")
        for parameter in model.trunk.parameters():
            parameter.zero_()
    flat = model.trunk(batch_of(predictor, "Mara sees the dog .")).output
    assert before.tags.keys() == {"upos", "ner"}
    assert torch.equal(flat, torch.zeros_like(flat))


def batch_of(predictor: TaggingPredictor, line: str):
    import numpy as np

    from seqtasks.text.batching import tagging_batch
    from seqtasks.text.encoded import FormTable

    forms, ragged = FormTable.build([line.split()], predictor.tagger.assets.words, predictor.tagger.assets.characters)
    return tagging_batch(forms, ragged, np.array([0]), {}, "")


def test_tied_and_joint_embeddings_are_one_table_after_loading(finished) -> None:
    model = seqtasks.load(finished("translation")).translator.model
    table = model.trunk.embedder.words.table.weight
    assert model.decoder.embedding.table.weight is table
    assert model.output.words.table.weight is table
    with torch.no_grad():
        table[5] = 7.0
    assert torch.equal(model.output.words.table.weight[5], torch.full((8,), 7.0))


@pytest.mark.usefixtures("plain_figures")
def test_data_without_a_test_part_says_so_and_scores_dev(miniature: Path, tmp_path: Path) -> None:
    from tests.miniature.corpora import data_directory

    bare = data_directory(tmp_path / "bare", test=False)
    for task, name in [(task, name) for task, name in SHIPPED if not of_the_sample(task, name)]:
        run = Path(task) / name
        result = train(task, run, "--data-dir", bare, recipe=name)
        assert result.stdout.count("note: No test part here: the scores are of dev.\n") == 1
        assert {score["split"] for score in metrics(run)["scores"]} == {"dev"}
        by = seqtasks.load(run).recipe.training.select_by
        assert metrics(run)["selected_on"] == ("nothing" if by == "last" else "held-out tenth of train")
