"""`seqtasks predict`: what each form says of places, confidences and entities, and that the forms agree; odd input in each of them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import seqtasks
from seqtasks.tasks.tagging.answers import TaggedLine
from seqtasks.tasks.tagging.formats import as_conll, as_json, as_ranked_text, conllu_writer
from seqtasks.text.corpora.conllu import read_conllu
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

LINE = "Mara doesn't see  the dog, in Tessel."
FORMS = ["jsonl", "conll", "conllu", "html"]
ANSWER = TaggedLine(
    ("Ann", "'s", "Rome"),
    {"upos": ["A", "B", "C"], "ner": ["B-PER", "O", "B-LOC"], "feats": ["_", "X=1|Y=2", "_"]},
    {"upos": [0.25, 1.0, 0.5], "ner": [0.5, 0.75, 0.1234567], "feats": [1.0, 1.0, 1.0]},
    "Ann's  Rome",
    [(0, 3), (3, 5), (7, 11)],
    line=4,
    start=9,
    schemes={"ner": "BIO"},
    span_confidences={"ner": [0.5, 0.1234567]},
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_json_tells_places_confidences_and_entities() -> None:
    found = json.loads(as_json(ANSWER, places=True))
    assert list(found) == ["line", "start", "text", "tokens", "offsets", "tags", "confidences", "entities"]
    assert (found["line"], found["start"], found["offsets"]) == (4, 9, [[0, 3], [3, 5], [7, 11]])
    assert found["confidences"]["ner"] == [0.5, 0.75, 0.123457]
    assert found["entities"] == [
        {"head": "ner", "label": "PER", "text": "Ann", "tokens": [0, 1], "start": 0, "end": 3, "confidence": 0.5},
        {"head": "ner", "label": "LOC", "text": "Rome", "tokens": [2, 3], "start": 7, "end": 11, "confidence": 0.123457},
    ]
    plain = json.loads(as_json(TaggedLine(ANSWER.words, ANSWER.tags)))
    assert list(plain) == ["tokens", "tags"]


def test_the_k_best_stand_in_json_by_head_and_in_text_one_a_line() -> None:
    ranked = {"upos": [(["A", "B", "C"], -0.5), (["A", "A", "C"], -1.25)], "ner": [(["B-PER", "O", "O"], -0.125)]}
    answer = replace(ANSWER, ranked=ranked)
    assert json.loads(as_json(answer))["k_best"] == {
        "upos": [
            {"log_probability": -0.5, "probability": 0.606531, "tags": ["A", "B", "C"]},
            {"log_probability": -1.25, "probability": 0.286505, "tags": ["A", "A", "C"]},
        ],
        "ner": [
            {
                "log_probability": -0.125,
                "probability": 0.882497,
                "tags": ["B-PER", "O", "O"],
                "entities": [{"head": "ner", "label": "PER", "text": "Ann", "tokens": [0, 1], "start": 0, "end": 3}],
            }
        ],
    }
    assert as_ranked_text(answer).split("\n") == [
        "upos\t1\t-0.5000\t0.6065\tAnn/A 's/B Rome/C",
        "upos\t2\t-1.2500\t0.2865\tAnn/A 's/A Rome/C",
        "ner\t1\t-0.1250\t0.8825\tAnn/B-PER 's/O Rome/O",
        "",
    ]
    assert as_ranked_text(TaggedLine((), {"upos": []}, ranked={"upos": [([], 0.0)]})) == ""


def test_the_k_best_of_a_run_in_text_and_in_json_are_the_same(finished) -> None:
    write(Path("in.txt"), f"{LINE}\n\nthe dog\n")
    blocks = done("predict", finished("multitask"), "in.txt", "--k-best", 2).stdout.split("\n\n")
    found = [
        json.loads(line)
        for line in done("predict", finished("multitask"), "in.txt", "--k-best", 2, "--format", "jsonl").stdout.splitlines()
    ]
    rows = [row.split("\t") for row in blocks[0].split("\n")]
    assert [(row[0], row[1]) for row in rows] == [("upos", "1"), ("upos", "2"), ("ner", "1"), ("ner", "2")]
    paths = [path for several in found[0]["k_best"].values() for path in several]
    assert [row[4] for row in rows] == [" ".join(map("/".join, zip(found[0]["tokens"], path["tags"], strict=True))) for path in paths]
    assert [float(row[3]) for row in rows] == pytest.approx([path["probability"] for path in paths], abs=1e-4)
    assert [found[0]["tags"][head] for head in ("upos", "ner")] == [paths[0]["tags"], paths[2]["tags"]]
    assert found[1]["k_best"] == {
        "upos": [{"log_probability": 0.0, "probability": 1.0, "tags": []}],
        "ner": [{"log_probability": 0.0, "probability": 1.0, "tags": [], "entities": []}],
    }


def test_conll_has_the_confidences_after_all_tags() -> None:
    assert as_conll(ANSWER).split("\n")[0] == "Ann\tA\tB-PER\t_\t0.2500\t0.5000\t1.0000"


def test_conllu_has_a_column_for_each_layer_of_its_own_and_the_rest_in_misc() -> None:
    layers = {"upos": "upos", "ner": "ner", "feats": "feats"}
    assert conllu_writer(layers)(ANSWER).split("\n") == [
        "# text = Ann's  Rome",
        "1\tAnn\t_\tA\t_\t_\t_\t_\t_\tNer=B-PER|UposConfidence=0.2500|NerConfidence=0.5000|FeatsConfidence=1.0000|SpaceAfter=No",
        "2\t's\t_\tB\t_\tX=1|Y=2\t_\t_\t_\tNer=O|UposConfidence=1.0000|NerConfidence=0.7500|FeatsConfidence=1.0000",
        "3\tRome\t_\tC\t_\t_\t_\t_\t_\tNer=B-LOC|UposConfidence=0.5000|NerConfidence=0.1235|FeatsConfidence=1.0000",
        "",
    ]
    assert conllu_writer(layers)(TaggedLine((), {"upos": []})) == ""


@pytest.mark.parametrize("task", ["pos", "ner", "multitask"])
@pytest.mark.parametrize("confidence", [[], ["--confidence"]])
def test_the_forms_agree_with_each_other_and_with_python(task: str, confidence: list[str], finished) -> None:
    write(Path("in.txt"), f"{LINE}\n\nthe dog\n")
    printed = {form: done("predict", finished(task), "in.txt", "--format", form, *confidence).stdout for form in FORMS}
    objects = [json.loads(line) for line in printed["jsonl"].splitlines()]
    expected = seqtasks.load(finished(task)).tag(LINE)
    assert (objects[0]["tokens"], objects[0]["tags"]) == (list(expected.words), expected.tags)
    assert [objects[0]["text"][start:end] for start, end in objects[0]["offsets"]] == objects[0]["tokens"]
    assert ("confidences" in objects[0]) == bool(confidence)
    rows = [line.split("\t") for line in printed["conll"].splitlines() if line]
    assert [row[0] for row in rows] == [word for found in objects for word in found["tokens"]]
    assert {len(row) for row in rows} == {1 + len(expected.tags) * (2 if confidence else 1)}
    write(Path("out.conllu"), printed["conllu"])
    layer = "misc:Ner" if task == "ner" else "upos"
    back = read_conllu(Path("out.conllu"), layers=(layer,))
    assert [list(sentence.words) for sentence in back] == [found["tokens"] for found in objects if found["tokens"]]
    assert list(back.examples[0].tags[layer]) == expected.tags["ner" if task == "ner" else "upos"]
    shown = re.sub('<small>.*?</small>|<span class="label">.*?</span>', "", printed["html"])
    assert "Mara" in shown
    assert printed["html"].rstrip().endswith("</html>")
    assert printed["html"].count("<p dir=") == 2
    assert ("% sure" in printed["html"]) == bool(confidence)


@pytest.mark.parametrize("form", ["text", *FORMS])
def test_odd_input_ends_well_in_every_form(form: str, finished) -> None:
    odd = "a\0b\n\u202e\u200b\n\u0301\n👩‍💻\n<b>&amp;\"'\n# text = x\n\t\n" + "\n" * 3000 + "x" * 5000 + "\n"
    result = done("predict", finished("multitask"), "--format", form, input=odd.encode())
    assert result.stderr == ""
    if form in ("text", "jsonl"):
        assert result.stdout.count("\n") == odd.count("\n")
    if form == "html":
        assert "<b>" not in result.stdout
        assert "\0" not in result.stdout


def test_a_file_is_written_whole_or_not_at_all(finished) -> None:
    write(Path("in.txt"), f"{LINE}\n")
    assert done("predict", finished("ner"), "in.txt", "--format", "html", "--out", "made/page.html").stdout == ""
    assert Path("made/page.html").read_text(encoding="utf-8") == done("predict", finished("ner"), "in.txt", "--format", "html").stdout
    Path("bad.txt").write_bytes(b"Mara\nd\xffg\n")
    assert invoke("predict", finished("ner"), "bad.txt", "--out", "bad.out").exit_code == 1
    assert not Path("bad.out").exists()
    done("predict", finished("translation"), "in.txt", "--out", "in.txt")
    assert Path("in.txt").read_text(encoding="utf-8").count("\n") == 1


def test_language_and_sentences_are_chosen_on_the_command_line(finished) -> None:
    pytest.importorskip("pysbd")
    line = b"Don't go. Why?\n\n"
    rows = done("predict", finished("pos"), "--split-sentences", "--format", "jsonl", input=line).stdout.splitlines()
    found = [json.loads(row) for row in rows]
    assert [(row["line"], row["start"], row["text"], row["tokens"]) for row in found] == [
        (1, 0, "Don't go.", ["Do", "n't", "go", "."]),
        (1, 10, "Why?", ["Why", "?"]),
        (2, 0, "", []),
    ]
    printed = done("predict", finished("pos"), "--language", "da", input=line).stdout
    assert printed.startswith("Don't/")


REFUSED = [
    ("pos", ["--confidence"], "--confidence needs --format jsonl, conll, conllu or html; text has no place for it."),
    (
        "pos",
        ["--tokens", "--split-sentences"],
        "--split-sentences is for raw text; with --tokens each line is the words of one sentence. Leave one of the two out.",
    ),
    (
        "pos",
        ["--tokens", "--language", "en"],
        "--language is for raw text; with --tokens each line is the words of one sentence. Leave one of the two out.",
    ),
    ("pos", ["--language", "english"], "language 'english' is no code of two small letters. Give one such as 'en', or leave it out."),
    ("pos", ["--k-best", "2", "--format", "conll"], "--k-best needs --format text or jsonl; conll has one tag for each word."),
    ("translation", ["--k-best", "2"], "--k-best is for tagging runs."),
    ("translation", ["--confidence"], "--confidence is for tagging runs."),
    ("translation", ["--language", "en"], "--language is for tagging runs."),
    ("translation", ["--split-sentences"], "--split-sentences is for tagging runs."),
    ("translation", ["--format", "conllu"], "--format conllu is for tagging runs. Use text, jsonl or html."),
]


@pytest.mark.parametrize(("task", "options", "message"), REFUSED)
def test_options_that_do_not_fit_are_refused(task: str, options: list[str], message: str, finished) -> None:
    result = invoke("predict", finished(task), *options, input=b"Mara\n")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


def test_a_page_of_translations_has_their_attention(tmp_path: Path) -> None:
    run = Path(__file__).parents[1] / "runs" / "format_1" / "translation"
    page = invoke("predict", str(run), "--format", "html", input="The dog runs.\n\nA cat sees it.\n")
    assert page.exit_code == 0 and page.stdout.count("<table") == 2 and "2 lines" in page.stdout
