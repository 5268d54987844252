"""A translation run tells what is wrong with its translations and how they score by length: in metrics.json, the report, the terminal."""

import json
from pathlib import Path

import pytest
import sacrebleu

import seqtasks
from seqtasks.cli.faults import fault_lines
from seqtasks.diagnosis.faults import FAULTS
from seqtasks.evaluation.bleu import bleu_metric
from seqtasks.inference.translator import LONGEST
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.review import attention_statistics, fits, review, sentence_words, unknown
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
    assert list(found) == ["lines", "faulty", "attention", "faults"]
    assert (found["lines"], found["attention"]) == (len(pairs), True)
    assert [fault["name"] for fault in found["faults"]] == list(FAULTS)
    written = (finished("translation") / "predictions" / "test.fr").read_text(encoding="utf-8").split("\n")
    assert found["faulty"] > 0
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
    assert found["diagnosis"] == {"test.en": stored["diagnosis"]["test"]}
    for one, other in zip(found["by_length"]["test.en"], stored["by_length"]["test"], strict=True):
        assert one | {"bleu": other["bleu"], "chrf": other["chrf"]} == other
        assert [one[name]["interval"] for name in ("bleu", "chrf")] == [other[name]["interval"] for name in ("bleu", "chrf")]
    printed = done("evaluate", finished("translation"), *files).stdout
    assert printed.endswith("\n".join(fault_lines(found)) + "\n")
    assert f"faults of test.en, in {found['diagnosis']['test.en']['faulty']}" in printed


def test_the_terminal_names_the_most_frequent_faults_with_what_to_try() -> None:
    counts = {"repetition": 1, "truncation": 30, "over-length": 4, "copied source": 0, "dropped words": 2, "unrelated output": 1}
    faults = [
        {"name": name, "lines": count, "share": count / 40 * 100, "to_try": ["a.b=1", "c.d=2"][:count]} for name, count in counts.items()
    ]
    faults[2]["to_try"] = []
    assert fault_lines({"diagnosis": {"test": {"lines": 1200, "faulty": 33, "faults": faults}}}) == [
        "\nfaults of test, in 33 of 1,200 lines:",
        "  truncation                       30 (75.0 %); try --set a.b=1",
        "  over-length                       4 (10.0 %)",
        "  dropped words                     2 (5.0 %); try --set a.b=1",
        "  repetition                        1 (2.5 %); try --set a.b=1",
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


def test_a_line_is_looked_at_the_same_alone_and_among_others(translator) -> None:
    pairs = [SentencePair(line, "Un chien voit le canot.", number) for number, line in enumerate(LINES, 1)]
    found = [best[0] for best in translator.translate(LINES)]
    together = attention_statistics(translator, pairs, found)
    assert [looks is None for looks in together] == [not line for line in LINES]
    for number, looks in enumerate(together):
        (alone,) = attention_statistics(translator, pairs[number : number + 1], found[number : number + 1])
        if looks is not None and alone is not None:
            assert alone.words == looks.words
            assert alone.coverage == pytest.approx(looks.coverage, abs=1e-5)
            assert alone.reference == pytest.approx(looks.reference, abs=1e-5)
            assert alone.entropy == pytest.approx(looks.entropy, abs=1e-5)


def test_coverage_adds_up_the_attention_that_an_example_shows(translator) -> None:
    text = "Un chien voit le canot."
    (looks,) = attention_statistics(translator, [SentencePair(LINES[0], text, 1)], [best[0] for best in translator.translate(LINES[:1])])
    words, _, weights_TS = translator.attention(LINES[0], text)
    assert looks is not None
    assert list(looks.words) == words[:-1]
    assert looks.reference == pytest.approx(weights_TS.sum(axis=0)[:-1], abs=1e-5)


def test_a_line_too_long_for_one_piece_is_looked_at_without_attention(translator) -> None:
    pairs = [SentencePair("the " * (LONGEST + 1), "le", 1)]
    assert attention_statistics(translator, pairs, [best[0] for best in translator.translate([pairs[0].source])]) == [None]


def test_no_pair_gives_an_empty_review(translator) -> None:
    found = review(translator, [], [], split="test", recipe=load_recipe("translation").recipe)
    assert (found.diagnosis.lines, found.by_length) == (0, [])


def test_the_words_of_a_sentence_in_context_are_those_after_it() -> None:
    names = ["▁the", "▁dog", ".", "<eos>", "▁it", "▁sle", "eps", ".", "<eos>"]
    assert sentence_words([4, 5, 6, 3, 7, 8, 9, 6, 3], names, 3) == ["it", "sleeps", "."]
    assert sentence_words([4, 5, 6, 3], names[:4], 3) == ["the", "dog", "."]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_words_and_attention_that_a_run_has_not_are_told() -> None:
    options = {"decoder__attention": "none", "text__tokenizer": "word", "text__joint": False, "text__size": 12, "data__context": 1}
    train("translation", Path("run"), **options)
    found = metrics(Path("run"))["diagnosis"]["test"]
    faults = {fault["name"]: fault for fault in found["faults"]}
    assert not found["attention"]
    assert "dropped words" not in faults
    example = faults["unknown words in the source"]["examples"][0]
    words = seqtasks.load("run").translator.assets.source
    assert set(unknown(words, example["source"])) == {word for word in plain_words(example["source"]) if words.vocabulary.id(word) is None}
    page = Path("run/report.html").read_text(encoding="utf-8")
    assert "Dropped words are not looked for: the model has no attention." in page


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_documents_are_looked_at_without_their_context() -> None:
    train("translation", Path("run"), recipe="documents")
    found = metrics(Path("run"))["diagnosis"]
    ((part, diagnosis),) = found.items()
    assert part == "test"
    assert diagnosis["attention"]
    assert all("\n" not in example["source"] for fault in diagnosis["faults"] for example in fault["examples"])
