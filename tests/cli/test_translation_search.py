"""How `predict` searches, draws, begins and aligns translations, and what `score` says of given ones."""

import json
import math
from pathlib import Path

import pytest

import seqtasks
from seqtasks.cli.translation_options import DECODING
from seqtasks.recipes.schema import DecodingSettings, WritingSettings
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke, train

LINES = [
    "A dog sees the boat in the garden.",
    "",
    "A\u2028lamp\u0085finds\x0bthe baker.",
    "\u3053\u3093\u306b\u3061\u306f \u0928\u092e\u0938\u094d\u0924\u0947 \u2603",
    "the " * 700,
    " \t",
    "x",
    "A boat",
]
BLANK = [1, 5]
TEXT = "".join(f"{line}\n" for line in LINES).encode()
WAYS = [
    ["--beams", "3", "--block-ngrams", "2", "--min-length", "3"],
    ["--beams", "3", "--coverage-penalty", "0.5", "--length-penalty", "wu", "--alpha", "0.6"],
    ["--beams", "4", "--mbr", "bleu"],
    ["--samples", "2", "--temperature", "0.8", "--top-k", "20", "--top-p", "0.9", "--seed", "5"],
    ["--samples", "4", "--mbr", "chrf"],
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("options", WAYS, ids=lambda options: " ".join(options[:4]))
def test_every_way_to_search_keeps_lines_in_line_and_blank_ones_blank(options: list[str], finished) -> None:
    printed = done("predict", finished("translation"), *options, input=TEXT).stdout.split("\n")[:-1]
    rows = rows_of(done("predict", finished("translation"), *options, "--format", "jsonl", input=TEXT).stdout)
    assert [row["text"] for row in rows] == LINES
    assert [row["translation"] for row in rows] == printed
    assert [number for number, line in enumerate(printed) if not line] == BLANK


@pytest.mark.parametrize("options", [WAYS[0], WAYS[1], WAYS[4]], ids=lambda options: options[0])
def test_a_line_has_the_same_answer_in_any_batch(options: list[str], finished) -> None:
    names = [name.removeprefix("--").replace("-", "_") for name in options[::2]]
    values = [json.loads(value) if value[0].isdigit() else value for value in options[1::2]]
    predictor = seqtasks.load(finished("translation"), decoding=dict(zip(names, values, strict=True)))
    together = [best[0].text for best in predictor.translate(LINES)]
    assert [answers[0].text for _, answers in predictor.stream(LINES, chunk=1)] == together
    assert [answers[0].text for _, answers in predictor.stream(LINES, chunk=3)] == together


def test_samples_depend_on_the_seed_and_are_all_given_as_n_best(finished) -> None:
    line = b"A dog sees the boat in the garden.\n"
    ask = ["predict", finished("translation"), "--format", "jsonl", "--samples", "4", "--n-best", "4", "--temperature", "2"]
    first, again, other = (rows_of(done(*ask, "--seed", seed, input=line).stdout)[0] for seed in (1, 1, 2))
    assert first == again
    assert first["n_best"] != other["n_best"]
    assert len(first["n_best"]) == 4
    assert first["translation"] == first["n_best"][0]["translation"]


def test_mbr_answers_the_sample_with_the_greatest_expected_utility(finished) -> None:
    drawn = seqtasks.load(finished("translation"), decoding={"samples": 6}).translate(LINES[:1], n_best=6)[0]
    chosen = seqtasks.load(finished("translation"), decoding={"samples": 6, "mbr": "chrf"}).translate(LINES[:1], n_best=6)[0]
    assert sorted(one.text for one in chosen) == sorted(one.text for one in drawn)
    assert [one.score for one in chosen] == sorted((one.score for one in chosen), reverse=True)


def test_translations_begin_with_their_prefixes(finished) -> None:
    write(Path("begun.txt"), "Un chien voit\n\nUn\n\nUn Un\n\n\nLe canot\n")
    printed = done("predict", finished("translation"), "--prefix", "begun.txt", "--beams", "3", input=TEXT).stdout.split("\n")
    plain = done("predict", finished("translation"), "--beams", "3", input=TEXT).stdout.split("\n")
    begun = ["Un chien voit", "", "Un", "", "Un Un", "", "", "Le canot"]
    assert all(line.startswith(prefix) for line, prefix in zip(printed, begun, strict=False))
    assert [printed[3], printed[6]] == [plain[3], plain[6]]


def test_each_line_needs_its_prefix(finished) -> None:
    for begun, message in (("Un\n" * 3, "3 prefixes, but more lines"), ("Un\n" * 20, "8 lines, but more prefixes")):
        write(Path("begun.txt"), begun)
        result = invoke("predict", finished("translation"), "--prefix", "begun.txt", input=TEXT)
        remedy = "Each line of one belongs to the same line of the other."
        assert (result.exit_code, result.stderr) == (2, f"Error: {message}. {remedy}\n")


def test_alignments_link_words_of_the_two_sides(finished) -> None:
    run = finished("translation")
    for row in rows_of(done("predict", run, "--alignments", "--format", "jsonl", input=TEXT).stdout):
        assert all(0 <= left < len(row["source_words"]) and 0 <= right < len(row["target_words"]) for left, right in row["alignment"])
        assert "".join(row["source_words"]) == "".join(str(row["text"]).split())  # unknown words, too, as they were written
        assert "".join(row["target_words"]) == "".join(str(row["translation"]).split())
    printed = done("predict", run, "--alignments", input=TEXT).stdout.split("\n")[:-1]
    plain = done("predict", run, input=TEXT).stdout.split("\n")[:-1]
    assert [line.split(" ||| ")[0] for line in printed] == plain
    assert all("-" in pair for pair in printed[0].split(" ||| ")[1].split())


def test_a_run_with_itself_is_an_ensemble_that_answers_as_the_run_does(finished) -> None:
    run = finished("translation")
    ask = ["predict", run, "--beams", "3", "--format", "jsonl"]
    alone = [row["score"] for row in rows_of(done(*ask, input=TEXT).stdout)]
    for average in ("probabilities", "log_probabilities"):
        rows = rows_of(done(*ask, "--ensemble", run, "--average", average, input=TEXT).stdout)
        assert [row["score"] for row in rows] == pytest.approx(alone, abs=1e-4)  # texts may differ where two are equally good
    both = seqtasks.load([run, run]).translate(LINES, alignments=True)
    assert both[0][0].alignment == seqtasks.load(run).translate(LINES, alignments=True)[0][0].alignment


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_an_ensemble_of_two_seeds_is_between_them_and_needs_one_vocabulary() -> None:
    for name, change in (("one", {}), ("two", {"training__seed": 2}), ("other", {"text__size": 70})):
        train("translation", Path(name), **change)
    write(Path("s"), "A dog sees the boat.\n")
    write(Path("t"), "Un chien voit le canot.\n")
    scores = [float(done("score", *runs, "s", "t").stdout) for runs in (["one"], ["two"])]
    for average in ("probabilities", "log_probabilities"):
        found = float(done("score", "one", "s", "t", "--ensemble", "two", "--average", average).stdout)
        assert min(scores) - 1e-3 <= found
    result = invoke("predict", "one", "--ensemble", "other", input=b"A\n")
    remedy = "An ensemble needs runs of the same training data and [text], such as those of several seeds."
    assert (result.exit_code, result.stderr) == (2, f"Error: other: its vocabularies are not those of one. {remedy}\n")


def test_scores_are_log_probabilities_of_tokens(finished) -> None:
    write(Path("s"), "A dog sees the boat.\n\nA dog\n\n")
    write(Path("t"), "Un chien voit le canot.\n\n\nUn chien\n")
    plain = done("score", finished("translation"), "s", "t")
    rows = rows_of(done("score", finished("translation"), "s", "t", "--format", "jsonl").stdout)
    values = [float(line) for line in plain.stdout.split()]
    assert values == pytest.approx([row["log_probability"] for row in rows], abs=1e-4)
    assert [len(row["tokens"]) for row in rows][1:3] == [0, 1]
    assert values[1] == 0
    assert all(value < 0 for value in (values[0], values[2], values[3]))
    for row in rows:
        assert sum(value for _, value in row["tokens"]) == pytest.approx(row["log_probability"])
    tokens = sum(len(row["tokens"]) for row in rows)
    assert plain.stderr == f"perplexity = {math.exp(-sum(row['log_probability'] for row in rows) / tokens):.2f} over {tokens} tokens\n"


def test_two_files_of_different_length_cannot_be_scored(finished) -> None:
    write(Path("s"), "A dog\nA boat\n")
    write(Path("t"), "Un chien\n")
    result = invoke("score", finished("translation"), "s", "t")
    remedy = "Each line of one belongs to the same line of the other."
    assert (result.exit_code, result.stderr) == (2, f"Error: 1 target lines, but more source lines. {remedy}\n")


def test_every_setting_of_the_search_has_an_option() -> None:
    """But dev_beams, which is of training; those of a language model are among them."""
    options = {name.split("/")[0].removeprefix("--").replace("-", "_") for name, _ in DECODING}
    assert options == set(DecodingSettings.model_fields) - {"dev_beams"} | set(WritingSettings.model_fields)


def test_evaluate_scores_another_search_and_an_ensemble(finished) -> None:
    """Limits of one token leave nothing of BLEU; a run with itself scores as it does alone."""
    run = finished("translation")
    write(Path("s"), "A dog sees the boat.\n\nA dog\n")
    write(Path("t"), "Un chien voit le canot.\n\nUn chien\n")

    def values(*options: str) -> dict[str, float]:
        told = json.loads(done("evaluate", run, "s", "t", "--json", *options).stdout)
        return {score["name"]: score["value"] for score in told["scores"]}

    plain = values()
    short = values("--length-ratio", "0.01", "--length-extra", "1")
    assert short["bleu"] < plain["bleu"] and short["perplexity"] == plain["perplexity"]
    searched = seqtasks.load(run, decoding={"beams": 3}).evaluate([Path("s"), Path("t")])
    assert values("--beams", "3") == pytest.approx({score.name: score.value for score in searched})
    assert values("--beams", "3", "--ensemble", str(run)) == pytest.approx(values("--beams", "3"), abs=0.5)
    result = invoke("evaluate", finished("pos"), "s", "--beams", "3")
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {finished('pos')}: no translation run. Ensembles and settings of the search are for translation runs.\n",
    )


def test_a_line_of_10_000_words_is_scored_and_reviewed(finished) -> None:
    """As source of a file that is evaluated: its attention to all words at once would be gigabytes."""
    write(Path("s"), "the boat " * 5000 + "\nA dog\n")
    write(Path("t"), "le canot " * 5000 + "\nUn chien\n")
    told = json.loads(done("evaluate", finished("translation"), "s", "t", "--json").stdout)
    assert next(score for score in told["scores"] if score["name"] == "perplexity")["signature"].startswith("tokens:")


MISFITS = [
    (
        ["--temperature", "0.5"],
        "decoding.temperature shapes samples, but decoding.samples is 0.",
        "Set it, such as to 1, or leave temperature out.",
    ),
    (
        ["--beams", "1", "--mbr", "chrf"],
        "decoding.mbr = 'chrf' chooses among several translations, but decoding.beams = 1 finds one.",
        "Set decoding.samples, such as to 16, or use more beams.",
    ),
    (
        ["--samples", "1", "--mbr", "bleu"],
        "decoding.mbr = 'bleu' chooses among samples, but decoding.samples = 1.",
        "Use more, such as 16.",
    ),
    (
        ["--samples", "2", "--coverage-penalty", "1"],
        "decoding.coverage_penalty ranks what a search finds, but decoding.samples draws instead.",
        "Leave one of the two out.",
    ),
    (
        ["--beams", "1", "--coverage-penalty", "1"],
        "decoding.coverage_penalty ranks what several beams find, but decoding.beams = 1.",
        "Use more, such as 5.",
    ),
    (["--average", "probabilities"], "--average says what an ensemble averages;", "it needs --ensemble RUN_DIR."),
    (["--samples", "2", "--n-best", "3", "--format", "jsonl"], "n_best 3 (--n-best)", "needs at least as many samples (--samples)."),
    (["--beams", "2", "--n-best", "3", "--format", "jsonl"], "n_best 3 (--n-best)", "needs at least as many beams (--beams)."),
]


@pytest.mark.parametrize(("options", "message", "remedy"), MISFITS)
def test_what_does_not_go_together_is_refused(options: list[str], message: str, remedy: str, finished) -> None:
    result = invoke("predict", finished("translation"), *options, input=b"A dog\n")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message} {remedy}\n")


def test_tagging_runs_have_no_translation_search(finished) -> None:
    run = finished("pos")
    message = f"Error: {run}: no translation run. Ensembles and settings of the search are for translation runs.\n"
    for options in (["--beams", "3"], ["--ensemble", run], ["--mbr", "chrf"]):
        assert invoke("predict", run, *options, input=b"Mara\n").stderr == message
    assert invoke("score", run, run, run).stderr == f"Error: {run}: no translation run and no language model. score is for these.\n"
    other = invoke("predict", finished("translation"), "--ensemble", run, input=b"A\n")
    assert other.stderr == f"Error: {run}: no translation run. An ensemble is of translation runs.\n"
