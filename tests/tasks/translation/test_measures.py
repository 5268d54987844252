"""Measures of whole outputs in runs, several references, and what is told where a measure, a limit or a vocabulary does not fit."""

import json
from pathlib import Path

import pytest

import seqtasks
from seqtasks.evaluation.bleu import translation_scores
from seqtasks.inference.assets import TranslationAssets
from seqtasks.recipes.schema import DecodingSettings, TextSettings
from seqtasks.tasks.translation.data_notes import length_notes, scoring_notes, selection_notes, unknown_notes
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.encoded import Ragged
from tests.miniature.corpora import write
from tests.miniature.runs import done, metrics, train

CHARACTERS = {"text__tokenizer": "character", "text__joint": False}
NUMBERS = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five"}


def own_data() -> dict[str, object]:
    """Digits and their words, in files of the folder a test stands in."""
    for part, times in (("train", 8), ("dev", 2), ("test", 2)):
        write(Path(f"{part}.en"), "".join(f"{digit}\n" for digit in NUMBERS) * times)
        write(Path(f"{part}.fr"), "".join(f"{word}\n" for word in NUMBERS.values()) * times)
    return {f"data__{part}": str(Path(part).absolute()) for part in ("train", "dev", "test")}


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_weights_are_selected_by_measures_of_whole_outputs() -> None:
    for measure in ("exact", "cer"):
        train("translation", Path(measure), **own_data(), **CHARACTERS, training__select_by=measure, training__epochs=3)
        rows = [json.loads(line) for line in Path(f"{measure}/history.jsonl").read_text().splitlines()]
        assert all(set(row["scores"]) == {measure} for row in rows)
        assert {score["name"] for score in metrics(Path(measure))["scores"]} >= {"exact", "cer", "wer"}


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_run_on_single_words_says_that_bleu_cannot_be_measured() -> None:
    result = train("translation", Path("run"), **own_data(), **CHARACTERS, training__select_by="bleu")
    assert (
        "note: training.select_by = 'bleu' cannot be measured here, for no dev target has 4 words; the dev loss decides. "
        "Use training.select_by = 'exact' or 'cer'.\n"
    ) in result.stdout
    assert "test: bleu and bleu_tok_lc cannot be measured, for no reference has 4 words" in result.stdout


def test_bleu_that_can_be_measured_is_let_be() -> None:
    assert selection_notes("bleu", ["a b", "a b c d"], "en") == [] == scoring_notes("test", ["a b c d"], "en")
    assert selection_notes("cer", ["a"], "en") == []
    assert selection_notes("bleu", ["你好吗？"], "zh") == []


def test_several_files_of_references_are_scored_together(finished, tmp_path: Path) -> None:
    predictor = seqtasks.load(finished("translation"))
    sources = ["A dog sees the boat.", "A lamp finds the baker."]
    texts = [best[0].text for best in predictor.translate(sources)]
    files = [tmp_path / name for name in ("source.en", "one.fr", "other.fr")]
    sides = sources, [texts[0], "Rien du tout."], ["Rien.", texts[1]]
    for path, lines in zip(files, sides, strict=True):
        write(path, "".join(f"{line}\n" for line in lines))
    found = {score.name: score for score in predictor.evaluate(files)}
    assert found["exact"].value == 100
    wanted = translation_scores(texts, *sides[1:], language="fr", split="source.en", head="translation")
    assert {score.name: score for score in wanted}.items() <= found.items()
    printed = done("evaluate", finished("translation"), *files).stdout
    assert "exact = 100.00" in printed and "[nrefs:2|" in printed


def ragged(*lengths: int) -> Ragged:
    return Ragged.from_lists([[5] * (length - 1) + [3] for length in lengths])


def test_targets_beyond_the_length_limit_are_counted_and_the_ratio_that_lets_them_through_is_named() -> None:
    settings = DecodingSettings(length_ratio=1.5, length_extra=10)
    sources, targets = ragged(*[7] * 10), ragged(*[20] * 7, 21, 50, 52)
    (note,) = length_notes(sources, targets, settings, end=3)
    assert note == (
        "3 of 10 training targets are longer than decoding.length_ratio = 1.5 allows, so such outputs would be cut; "
        "try decoding.length_ratio = 6."
    )
    assert length_notes(sources, targets, settings.model_copy(update={"length_ratio": 6.0}), end=3) == []


def test_one_badly_aligned_pair_of_a_thousand_is_no_reason_to_raise_the_limit() -> None:
    assert length_notes(ragged(*[7] * 1000), ragged(*[8] * 999, 90), DecodingSettings(), end=3) == []


def test_the_context_before_a_sentence_does_not_lengthen_its_limit() -> None:
    context = Ragged.from_lists([[5, 5, 5, 5, 5, 5, 5, 3, 5, 3]] * 10)
    assert length_notes(context, ragged(*[13] * 10), DecodingSettings(), end=3) == []
    assert len(length_notes(context, ragged(*[14] * 10), DecodingSettings(), end=3)) == 1


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_the_limit_counts_as_the_search_does() -> None:
    """Of targets right at the limit none is cut, and of those one token beyond each is."""
    settings = TextSettings(tokenizer="character")
    write(Path("train.en"), "a\n" * 20)
    write(Path("train.fr"), "bbbb\n" * 20)
    for extra, cut in ((1, False), (0, True)):
        result = train(
            "translation", Path(f"run{extra}"), data__train="train", text__tokenizer=settings.tokenizer, text__joint=False,
            decoding__length_ratio=2, decoding__length_extra=extra, training__epochs=40, training__learning_rate=0.05,
        )  # fmt: skip
        (answer,) = seqtasks.load(f"run{extra}").translate("a")
        assert ("are longer than decoding.length_ratio = 2 allows" in result.stdout) is cut
        assert (answer.text, answer.finished) == (("bbbb", False) if cut else ("bbbb", True))


def test_tokens_that_the_base_of_a_fine_tuning_lacks_are_counted_with_examples() -> None:
    assets = TranslationAssets.learn(["a b"], ["c d"], TextSettings(tokenizer="character"))
    pairs = [SentencePair("a", "c", 1), SentencePair("b", "øø d", 2)]
    assert unknown_notes(pairs, assets) == [
        "2 of 5 target tokens (40.0 %) are not in the vocabulary of the run to go on from, which cannot learn or write them ('ø'). "
        "Train anew instead of --from where they matter."
    ]
    assert unknown_notes(pairs[:1], assets) == []


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_fine_tuning_on_unknown_letters_says_so_and_counts_them_as_wrong() -> None:
    train("translation", Path("base"), **own_data(), **CHARACTERS)
    for part in ("train", "dev", "test"):
        write(Path(f"{part}.fr"), "øøø\n" * len(Path(f"{part}.en").read_text().splitlines()))
    options = ("--set", "training.epochs=60", "--set", "training.learning_rate=0.05", "--set", "training.select_by=last")
    data = [part for name in ("train", "dev", "test") for part in ("--set", f"data.{name}={Path(name).absolute()}")]
    result = done("run", "translation", "--out", "tuned", "--from", "base", *data, *options, "--device", "cpu")
    assert "note: 120 of 120 target tokens (100.0 %) are not in the vocabulary" in result.stdout
    accuracy = {score["split"]: score["value"] for score in metrics(Path("tuned"))["scores"] if score["name"] == "accuracy"}
    assert accuracy["test"] <= 25  # the ends of sentences alone can be right


def test_a_prefix_with_a_letter_that_the_model_lacks_is_written_as_it_stands(finished) -> None:
    predictor = seqtasks.load(finished("translation"))
    for prefix in ("Un vieux Ø", "Ø", "日本 le"):
        for answer in predictor.translate("A dog sees the boat.", prefixes=prefix, beams=4, n_best=3):
            assert answer.text.startswith(prefix)
            assert "<unk>" not in answer.text[: len(prefix)]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_model_of_small_letters_writes_a_prefix_as_it_stands() -> None:
    train("translation", Path("run"), text__lowercase=True)
    assert seqtasks.load("run").translate("A dog sees.", prefixes="Un Chien").text.startswith("Un Chien")


def test_the_texts_of_n_best_translations_differ(finished) -> None:
    predictor = seqtasks.load(finished("translation"))
    lines = ["A dog sees the boat.", "The baker", "A lamp finds the small white boat in the garden."]
    for best in predictor.translate(lines, beams=12, n_best=8):
        texts = [answer.text for answer in best]
        assert len(set(texts)) == len(texts)
        scores = [answer.score for answer in best]
        assert scores == sorted(scores, reverse=True)
    assert [best[0].text for best in predictor.translate(lines, beams=12, n_best=8)] == [
        best[0].text for best in predictor.translate(lines, beams=12)
    ]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_fraction_of_the_training_pairs_is_trained_on() -> None:
    result = train("translation", Path("run"), **own_data(), **CHARACTERS, data__train_fraction=0.5)
    assert "note: train: 20 of its 40 pairs (data.train_fraction).\n" in result.stdout
