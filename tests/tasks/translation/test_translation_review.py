"""A translation run tells what is wrong with its translations and how they score by length: in metrics.json, the report, the terminal."""

import json
from pathlib import Path

import pytest
import sacrebleu

import seqtasks
from seqtasks.cli.faults import fault_lines
from seqtasks.diagnosis.faults import FAULTS
from seqtasks.evaluation.bleu import bleu_metric
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.review import TrainingFacts, fits, lines_of, review, unknown
from seqtasks.tasks.translation.trials import LINES as TRIED
from seqtasks.tasks.translation.trials import tried_on, with_setting
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.tokenizers import plain_words
from tests.miniature.runs import done, metrics, train

LINES = ["A dog sees the boat in the garden.", "", "A lamp finds the baker.", "x", "The boat, the boat \u2603."]


@pytest.fixture
def stored(finished) -> dict:
    return metrics(finished("translation"))


@pytest.fixture
def translator(finished):
    return seqtasks.load(finished("translation")).translator


def test_the_diagnosis_of_the_test_part_stands_in_metrics(stored: dict, finished, sample_folder: Path) -> None:
    pairs = [pair for pair in read_parallel(*(sample_folder / "translation" / f"test.{side}" for side in ("en", "fr"))) if pair.source]
    assert list(stored["diagnosis"]) == list(stored["by_length"]) == ["test"]
    found = stored["diagnosis"]["test"]
    assert list(found) == ["lines", "faulty", "near", "same", "chrf", "f1", "verdict", "worst", "faults"]
    assert found["lines"] == len(pairs)
    assert [fault["name"] for fault in found["faults"]] == list(FAULTS)
    written = (finished("translation") / "predictions" / "test.fr").read_text(encoding="utf-8").split("\n")
    assert found["faulty"] > 0
    assert found["verdict"]["name"] == "undertrained"
    values = [sacrebleu.sentence_chrf(text, [pair.target]).score for pair, text in zip(pairs, written, strict=False)]
    worst = sorted(range(len(pairs)), key=lambda line: (values[line], line))[:10]
    assert [line["line"] for line in found["worst"]] == [line + 1 for line in worst]
    for fault in found["faults"]:
        assert len(fault["examples"]) == min(3, fault["lines"])
        assert fault["share"] == pytest.approx(100 * fault["lines"] / found["lines"])
        for example in fault["examples"]:
            assert example["translation"] == written[example["line"] - 1]


def test_scores_by_length_are_those_of_the_predictions_of_each_length(stored: dict, finished, sample_folder: Path) -> None:
    pairs = list(read_parallel(*(sample_folder / "translation" / f"test.{side}" for side in ("en", "fr"))))
    written = (finished("translation") / "predictions" / "test.fr").read_text(encoding="utf-8").split("\n")
    for one in stored["by_length"]["test"]:
        lines = [line for line, pair in enumerate(pairs) if one["shortest"] <= len(plain_words(pair.source)) <= one["longest"]]
        texts, answers = [written[line] for line in lines], [[pairs[line].target for line in lines]]
        assert one["lines"] == len(lines)
        assert one["bleu"]["value"] == pytest.approx(bleu_metric("fr").corpus_score(texts, answers).score)
        assert one["chrf"]["value"] == pytest.approx(sacrebleu.corpus_chrf(texts, answers).score)


def test_the_report_has_both_parts(finished) -> None:
    page = (finished("translation") / "report.html").read_text(encoding="utf-8")
    assert '<section id="bad-translations">' in page
    assert '<section id="scores-by-length">' in page
    assert "BLEU and chrF of test by the length of the source" in page


def test_evaluate_finds_what_the_run_has_found_and_prints_it(stored: dict, finished, sample_folder: Path) -> None:
    files = [sample_folder / "translation" / f"test.{side}" for side in ("en", "fr")]
    found = json.loads(done("evaluate", finished("translation"), *files, "--json").stdout)
    ours, theirs = found["diagnosis"]["test.en"], stored["diagnosis"]["test"]
    assert {key: value for key, value in ours.items() if key not in ("faults", "verdict")} == {
        key: value for key, value in theirs.items() if key not in ("faults", "verdict")
    }
    for one, other in zip(ours["faults"], theirs["faults"], strict=True):  # a loaded run has no dev to try anything on
        tried = [trial["setting"] for trial in other["trials"]]
        assert one == other | {"trials": [], "to_try": one["to_try"]}
        assert set(one["to_try"]) == {*other["to_try"], *tried}
    for one, other in zip(found["by_length"]["test.en"], stored["by_length"]["test"], strict=True):
        assert one | {"bleu": other["bleu"], "chrf": other["chrf"]} == other
        assert [one[name]["interval"] for name in ("bleu", "chrf")] == [other[name]["interval"] for name in ("bleu", "chrf")]
    printed = done("evaluate", finished("translation"), *files).stdout
    assert printed.endswith("\n".join(fault_lines(found)) + "\n")
    assert f"faults of test.en, in {found['diagnosis']['test.en']['faulty']}" in printed


def test_the_terminal_names_the_most_frequent_faults_with_what_to_try() -> None:
    counts = {"repetition": 1, "truncation": 30, "over-length": 4, "copied source": 0, "missing word": 2, "unrelated output": 1}
    faults = [
        {"name": name, "lines": count, "share": count / 40 * 100, "to_try": ["a.b=1", "c.d=2"][:count]} for name, count in counts.items()
    ]
    faults[2]["to_try"] = []
    faults[4]["trials"] = [{"setting": "x.y=0", "confirmed": False}, {"setting": "e.f=3", "confirmed": True, "text": "2 -> 0"}]
    told = {"name": "undertrained", "text": "Most lines are wrong. " * 6}
    diagnosis = {"test": {"lines": 1200, "faulty": 33, "verdict": told, "faults": faults}}
    assert fault_lines({"diagnosis": diagnosis}) == [
        "\nfaults of test, in 33 of 1,200 lines:",
        "  undertrained: Most lines are wrong. Most lines are wrong. Most lines are wrong. Most lines are",
        "  wrong. Most lines are wrong. Most lines are wrong.",
        "  truncation                       30 (75.0 %); --set a.b=1 may help",
        "  over-length                       4 (10.0 %)",
        "  missing word                      2 (5.0 %); --set e.f=3 helps: 2 -> 0",
        "  repetition                        1 (2.5 %); --set a.b=1 may help",
        "  and unrelated output",
    ]


def test_settings_that_a_recipe_has_or_cannot_take_do_not_fit_it() -> None:
    has = load_recipe("translation").recipe
    assert not fits(has, "decoding.length_penalty=average")
    assert fits(has, "decoding.length_penalty=wu")
    assert fits(has, "decoding.coverage_penalty=0.2")
    plain = load_recipe("translation", overrides=["decoder.attention=none"]).recipe
    assert not fits(plain, "decoding.coverage_penalty=0.2")
    assert not fits(plain, "decoding.no_such_key=1")


def test_runs_of_before_and_runs_without_faults_print_nothing() -> None:
    assert fault_lines({}) == []
    assert fault_lines({"diagnosis": {"test": {"lines": 1, "faulty": 0, "faults": [{"name": "repetition", "lines": 0}]}}}) == []


def test_the_nearest_of_several_references_counts(translator) -> None:
    pairs = [SentencePair(line, "Rien de tout cela.", number) for number, line in enumerate(LINES, 1)]
    found = [best[0] for best in translator.translate(LINES)]
    right = [one.text or "x" for one in found]
    recipe = load_recipe("translation").recipe
    far, near = (review(translator, pairs, found, *further, split="test", recipe=recipe) for further in ([], [right]))
    assert [line.reference for line in lines_of(translator, pairs, found, right)] == [one.text or "Rien de tout cela." for one in found]
    assert (far.diagnosis.same, near.diagnosis.same) == (0, sum(bool(line) for line in LINES))
    assert [one.chrf.value for one in near.by_length] == [100.0] * len(near.by_length)
    assert far.by_length[0].chrf.value < 50


def test_a_setting_of_the_search_is_tried_on_dev_and_counted_as_it_searches(translator) -> None:
    dev = [SentencePair(line, "Un chien voit le canot dans le jardin.", number) for number, line in enumerate([*LINES * 60], 1)]
    wanted = {"repetition": ("decoding.block_ngrams=1", "decoder.attention=coverage"), "truncation": ("decoding.block_ngrams=1",)}
    found = tried_on(dev, wanted, translator, lines_of)
    assert {fault: [trial.setting for trial in trials] for fault, trials in found.items()} == {
        "repetition": ["decoding.block_ngrams=1"],
        "truncation": ["decoding.block_ngrams=1"],
    }
    (trial,) = found["repetition"]
    assert trial.lines == sum(bool(dev[round(place * (len(dev) - 1) / (TRIED - 1))].source) for place in range(TRIED))
    changed = with_setting(translator, "decoding.block_ngrams=1")
    assert changed.settings == translator.settings.model_copy(update={"block_ngrams": 1})
    texts = [best[0].text for best in changed.translate(LINES)]
    assert all(len({*text.split()}) == len(text.split()) for text in texts)
    assert tried_on([], wanted, translator, lines_of) == tried_on(dev, {"wrong word": ()}, translator, lines_of) == {}


def test_the_verdict_knows_how_training_went(translator) -> None:
    pairs = [SentencePair(line, "Rien de tout cela ici.", number) for number, line in enumerate(LINES, 1)]
    found = [best[0] for best in translator.translate(LINES)]
    recipe = load_recipe("translation").recipe
    trained = TrainingFacts(seen=(), losses=[3.0, 2.0], dev=(), elsewhere=())
    told = review(translator, pairs, found, split="test", recipe=recipe, trained=trained).diagnosis.verdict
    assert told is not None
    assert told.name == "undertrained"
    assert "still falling in the last of 2 epochs (3.00 to 2.00)" in told.text


def test_no_pair_gives_an_empty_review(translator) -> None:
    found = review(translator, [], [], split="test", recipe=load_recipe("translation").recipe)
    assert (found.diagnosis.lines, found.by_length) == (0, [])


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_words_that_a_run_has_not_are_told() -> None:
    options = {"decoder__attention": "none", "text__tokenizer": "word", "text__joint": False, "text__size": 12, "data__context": 1}
    train("translation", Path("run"), **options)
    found = metrics(Path("run"))["diagnosis"]["test"]
    faults = {fault["name"]: fault for fault in found["faults"]}
    example = faults["unknown words in the source"]["examples"][0]
    words = seqtasks.load("run").translator.assets.source
    assert set(unknown(words, example["source"])) == {word for word in plain_words(example["source"]) if words.vocabulary.id(word) is None}


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_documents_are_looked_at_without_their_context() -> None:
    train("translation", Path("run"), recipe="documents")
    found = metrics(Path("run"))["diagnosis"]
    ((part, diagnosis),) = found.items()
    assert part == "test"
    assert all("\n" not in example["source"] for fault in diagnosis["faults"] for example in fault["examples"])
