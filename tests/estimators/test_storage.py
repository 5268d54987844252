"""A tagger on disk: it comes back as it was, whole or not at all, and a folder that is not one is told apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from seqtasks.errors import DeviceError, RunDirectoryError
from seqtasks.estimators import neural_tagger, storage
from seqtasks.estimators.neural_tagger import NeuralTagger
from tests.estimators.tiny import parts_of_speech, tiny

WORDS = parts_of_speech(9, seed=5)[0]
FILES = ["characters.txt", "tagger.json", "weights.safetensors", "words.txt"]


def test_a_loaded_tagger_is_the_saved_one(fitted_crf: NeuralTagger, tmp_path: Path) -> None:
    fitted_crf.save(tmp_path / "new" / "tagger")
    loaded = NeuralTagger.load(str(tmp_path / "new" / "tagger"))
    assert sorted(path.name for path in (tmp_path / "new" / "tagger").iterdir()) == FILES
    assert loaded.predict(WORDS) == fitted_crf.predict(WORDS)
    assert all(np.array_equal(a, b) for a, b in zip(loaded.predict_proba(WORDS), fitted_crf.predict_proba(WORDS), strict=True))
    assert loaded.classes_.tolist() == fitted_crf.classes_.tolist()
    assert loaded.history_ == fitted_crf.history_
    assert loaded.get_params() == fitted_crf.get_params()


def test_training_goes_on_after_loading_as_without(tmp_path: Path) -> None:
    corpus, more = parts_of_speech(24, seed=1), parts_of_speech(12, seed=2)
    tagger = tiny().fit(*corpus)
    tagger.save(tmp_path / "tagger")
    loaded = NeuralTagger.load(tmp_path / "tagger").partial_fit(*more)
    expected = tagger.partial_fit(*more).predict_proba(WORDS)
    assert all(np.array_equal(a, b) for a, b in zip(loaded.predict_proba(WORDS), expected, strict=True))


def test_parameters_changed_after_fit_do_not_spoil_the_saved_network(tmp_path: Path) -> None:
    tagger = tiny().fit(*parts_of_speech(24, seed=1)).set_params(hidden_size=99, head="crf")
    tagger.save(tmp_path / "tagger")
    loaded = NeuralTagger.load(tmp_path / "tagger")
    assert loaded.predict(WORDS) == tagger.predict(WORDS)
    assert loaded.hidden_size == 99


def test_a_device_of_torch_is_saved_by_its_name(tmp_path: Path) -> None:
    tiny(device=torch.device("cpu")).fit(*parts_of_speech(12, seed=1)).save(tmp_path / "tagger")
    assert NeuralTagger.load(tmp_path / "tagger").device == "cpu"


def test_equal_taggers_are_equal_files(fitted: NeuralTagger, tmp_path: Path) -> None:
    for name in ("a", "b"):
        fitted.save(tmp_path / name)
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in FILES)


def test_saving_again_replaces_the_tagger_and_leaves_nothing_beside_it(
    fitted: NeuralTagger, fitted_crf: NeuralTagger, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "tagger")
    fitted_crf.save(tmp_path / "tagger")
    assert NeuralTagger.load(tmp_path / "tagger").head == "crf"
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]


def test_an_empty_folder_may_be_saved_to(fitted: NeuralTagger, tmp_path: Path) -> None:
    (tmp_path / "tagger").mkdir()
    fitted.save(tmp_path / "tagger")
    assert NeuralTagger.load(tmp_path / "tagger").predict(WORDS) == fitted.predict(WORDS)


def test_other_peoples_folders_and_files_are_not_replaced(fitted: NeuralTagger, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("folder", "file"):
        with pytest.raises(RunDirectoryError) as caught:
            fitted.save(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: exists and is no saved NeuralTagger. Choose another path, or remove it."
    assert (tmp_path / "folder" / "thesis.txt").read_text() == (tmp_path / "file").read_text() == "mine"


def disk_full(*arguments: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("module", "name"), [(neural_tagger, "save_weights"), (neural_tagger, "write_facts"), (storage.os, "replace")])
def test_what_fails_leaves_the_tagger_saved_before(
    module, name: str, fitted: NeuralTagger, fitted_crf: NeuralTagger, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "tagger")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, disk_full)
        with pytest.raises(RunDirectoryError, match="cannot write: No space left on device. Free some space"):
            fitted_crf.save(tmp_path / "tagger")
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]
    assert NeuralTagger.load(tmp_path / "tagger").predict(WORDS) == fitted.predict(WORDS)


def test_where_the_new_folder_cannot_take_its_place_the_old_one_comes_back(
    fitted: NeuralTagger, fitted_crf: NeuralTagger, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "tagger")
    real = storage.os.replace

    def second_fails(source: Path, target: Path) -> None:
        if Path(target) == tmp_path / "tagger" and not str(source).endswith(".before"):
            disk_full()
        real(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage.os, "replace", second_fails)
        with pytest.raises(RunDirectoryError, match="cannot write"):
            fitted_crf.save(tmp_path / "tagger")
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]
    assert NeuralTagger.load(tmp_path / "tagger").predict(WORDS) == fitted.predict(WORDS)


@pytest.fixture
def saved(fitted: NeuralTagger, tmp_path: Path) -> Path:
    fitted.save(tmp_path / "tagger")
    return tmp_path / "tagger"


def rewrite(folder: Path, **changes: object) -> None:
    facts = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    (folder / "tagger.json").write_text(json.dumps(facts | changes), encoding="utf-8")


def fault_of(folder: Path) -> str:
    with pytest.raises(RunDirectoryError) as caught:
        NeuralTagger.load(folder)
    return str(caught.value)


def test_a_folder_without_a_tagger_is_told(tmp_path: Path) -> None:
    assert fault_of(tmp_path) == f"{tmp_path}: no saved NeuralTagger (it has no tagger.json). Give the path that was given to `save`."
    assert fault_of(tmp_path / "none").startswith(f"{tmp_path / 'none'}: no saved NeuralTagger")


def test_a_newer_format_and_another_kind_are_told(saved: Path) -> None:
    rewrite(saved, format=2)
    assert fault_of(saved) == f"{saved / 'tagger.json'}: written in format 2, this seqtasks reads up to 1. Update seqtasks to read it."
    rewrite(saved, format=1, kind="HMMTagger")
    assert fault_of(saved) == f"{saved / 'tagger.json'}: holds a HMMTagger, not a NeuralTagger. Load it with that class."


@pytest.mark.parametrize("name", ["weights.safetensors", "words.txt", "characters.txt"])
def test_a_file_of_another_tagger_or_none_is_told(name: str, saved: Path) -> None:
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[:-1])
    assert fault_of(saved) == f"{saved / name}: is not the file that was saved here. Restore the folder from a copy."
    (saved / name).unlink()
    assert fault_of(saved) == f"{saved / name}: no such file. Restore the folder from a copy."


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"format": 1}', '{"format": "x", "kind": "NeuralTagger"}', "\x00\xff"], ids=lambda text: repr(text)
)
def test_a_damaged_json_file_is_told(text: str, saved: Path) -> None:
    (saved / "tagger.json").write_text(text, encoding="latin-1")
    assert fault_of(saved).startswith(f"{saved / 'tagger.json'}: damaged (")


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": {"hiden_size": 3}},
        {"parameters": {"epochs": -1}},
        {"parameters": 3},
        {"architecture": {}},
        {"fits": "many"},
        {"history": 5},
        {"sha256": []},
    ],
    ids=str,
)
def test_damaged_facts_are_told(changes: dict[str, object], saved: Path) -> None:
    rewrite(saved, **changes)
    assert fault_of(saved).startswith(f"{saved / 'tagger.json'}: damaged (")


def test_missing_facts_are_named(saved: Path) -> None:
    facts = json.loads((saved / "tagger.json").read_text(encoding="utf-8"))
    del facts["labels"], facts["fits"]
    (saved / "tagger.json").write_text(json.dumps(facts), encoding="utf-8")
    assert fault_of(saved) == f"{saved / 'tagger.json'}: damaged (no fits, labels). Restore the folder from a copy."


def test_an_architecture_that_does_not_fit_its_weights_is_told(saved: Path) -> None:
    facts = json.loads((saved / "tagger.json").read_text(encoding="utf-8"))
    rewrite(saved, architecture=facts["architecture"] | {"hidden_size": 5})
    assert "does not fit" in fault_of(saved)


def test_a_tagger_of_another_device_is_loaded_to_the_one_that_is_asked_for(saved: Path, fitted: NeuralTagger) -> None:
    facts = json.loads((saved / "tagger.json").read_text(encoding="utf-8"))
    rewrite(saved, parameters=facts["parameters"] | {"device": "cuda:99"})
    with pytest.raises(DeviceError, match="cuda:99"):
        NeuralTagger.load(saved)
    loaded = NeuralTagger.load(saved, device="cpu")
    assert loaded.device == "cpu"
    assert loaded.predict(WORDS) == fitted.predict(WORDS)
