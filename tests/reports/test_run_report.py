"""The report holds everything it is given, escaped, and asks nothing of the network."""

import html
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from seqtasks.diagnosis.observations.evidence import Statement
from seqtasks.diagnosis.observations.observe import Observation
from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation.score import Score
from seqtasks.reports.curve_charts import run_charts
from seqtasks.reports.plots import heatmap
from seqtasks.reports.run_report import (
    ReportExample,
    ReportTable,
    RunReport,
    run_report_page,
    write_run_report,
)
from seqtasks.reports.shown import AttentionShown

HISTORY = [
    {
        "epoch": epoch,
        "update": 77 * epoch,
        "train_loss": 2.345,
        "train_accuracy": 81.25,
        "dev_loss": None,
        "dev_accuracy": 71.5,
        "learning_rate": 0.00125,
        "tokens_per_second": 4321.0,
        "seconds": 9.75,
        "scores": {"dev <upos> accuracy": 71.5},
    }
    for epoch in (1, 2)
]


@pytest.fixture
def report(tmp_path: Path) -> RunReport:
    heatmap(["a"], ["b"], [[1.0]], tmp_path / "map.png")
    return RunReport(
        title="pos <default> & more",
        command="seqtasks run pos --set 'data.train=<my>.conllu' && echo https://example.org/",
        task="pos<task>",
        selected_on="dev <accuracy>",
        history=HISTORY,
        charts=run_charts(HISTORY, 1.0)[:1],
        scores=[
            Score("accuracy<", 95.123, "test<", "upos<", "tokens:12|<signed>", (94.004, 96.006)),
            Score("perplexity", math.inf, "dev", "target", "tokens:1", None),
        ],
        examples=[ReportExample('in <put> & "1"', "a <b> wrong", "a <b> right", tmp_path / "map.png"), ReportExample("x y", "", "y", None)],
        structure="Model(\n  <layers>\n)",
        parameters=[("trunk.words<.weight", (100, 8), 800), ("trunk.words<.bias", (), 1), ("head.output.layer.weight", (3, 8), 24)],
        recipe='[data]\ntrain = "<b>"\nurl = "http://example.org"\n',
        data=[("train<", "/data/<t>.conllu", 12543, "ab12<"), ("dev", "d", 2001, "cd")],
        notes=["repaired <6> illegal tags", "src=http://example.org/ url(http://example.org)"],
        environment={"torch": "2.13.0+cpu", "threads<": 2, "precision": "float32"},
        tables=[ReportTable("By type <x>", ("type", "f1"), [("LOC<", "91.50")], (1,))],
    )


def visible(page: str) -> str:
    """The text a reader sees, with each run of white space as one space."""
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?mark>", "", body))))


def given_texts(report: RunReport) -> list[str]:
    texts = [report.title, report.command, report.task, report.selected_on, report.structure, report.recipe, *report.notes]
    texts += [text for score in report.scores for text in (score.name, score.split, score.head, score.signature)]
    texts += [text for example in report.examples for text in (example.input, example.output, example.reference)]
    texts += [text for name, shape, count in report.parameters for text in (name, " × ".join(map(str, shape)), f"{count:,}")]
    texts += [text for split, path, sentences, checksum in report.data for text in (split, path, f"{sentences:,}", checksum)]
    texts += [str(text) for pair in report.environment.items() for text in pair]
    texts += [str(text) for table in report.tables for text in (table.title, *table.headers, *(cell for row in table.rows for cell in row))]
    texts += ["95.12", "94.00 to 96.01", "∞", "2.345", "81.25", "71.5", "0.00125", "4321", "9.75", "154", "825 parameters", "2 epochs"]
    return texts


def test_the_report_shows_every_given_thing(report: RunReport) -> None:
    seen = visible(run_report_page(report))
    for text in given_texts(report):
        assert " ".join(text.split()) in seen


def test_nothing_given_becomes_markup(report: RunReport) -> None:
    page = run_report_page(report)
    tags = set(re.findall(r"<([a-zA-Z!/][^\s>]*)", page))
    assert {tag.strip("/") for tag in tags} <= {
        "!DOCTYPE",
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "main",
        "header",
        "h1",
        "h2",
        "h3",
        "p",
        "div",
        "nav",
        "a",
        "section",
        "table",
        "thead",
        "caption",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "figure",
        "img",
        "figcaption",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
        "mark",
        "pre",
        "small",
        "span",
        "b",
        "bdi",
        "code",
        *("svg", "g", "path", "defs", "use", "text", "clipPath", "rect"),
    }


def test_the_report_asks_nothing_of_the_network(report: RunReport) -> None:
    page = run_report_page(report)
    markup = " ".join(re.findall(r"<[^>]*>", page))
    addresses = re.findall(r"""(?:src|href|srcset|action|data|poster|background)\s*=\s*["']?([^"'\s>]+)""", markup, re.IGNORECASE)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert not re.search(r"https?:|//[a-z]", re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]*", "", markup), re.IGNORECASE)
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:", style, re.IGNORECASE)
    assert "<script" not in page


def test_pictures_are_part_of_the_page(report: RunReport) -> None:
    assert run_report_page(report).count("data:image/png;base64,") == 1


def test_parameters_are_summed_by_module_with_their_share(report: RunReport) -> None:
    seen = visible(run_report_page(report))
    assert "trunk.words< 2 801 97.1 %" in seen
    assert "head.output 1 24 2.9 %" in seen
    assert "all 3 825 100.0 %" in seen


def test_the_first_numbers_are_those_on_test_data(report: RunReport) -> None:
    header = run_report_page(report).split("</header>")[0]
    assert "∞" in header
    test = Score("f1", 12.5, "test", "ner", "", (10.0, 15.0))
    header = run_report_page(replace(report, scores=[*report.scores, test])).split("</header>")[0]
    assert "12.50" in header and "10.00 to 15.00" in header and "∞" not in header


def test_scores_of_which_lower_is_better_are_named(report: RunReport) -> None:
    ter = Score("ter", 51.0, "test", "translation", "", None)
    assert "Lower is better: perplexity, ter." in run_report_page(replace(report, scores=[*report.scores, ter]))
    assert "Lower is better" not in run_report_page(replace(report, scores=report.scores[:1]))


@pytest.mark.parametrize("missing", ["scores", "history", "examples", "parameters", "data", "notes", "tables"])
def test_an_empty_part_is_left_out(report: RunReport, missing: str) -> None:
    page = run_report_page(replace(report, **{missing: []}))
    title = {"scores": "Scores", "examples": "Examples", "data": "Data", "notes": "Notes"}.get(missing)
    if title:
        assert f"<h2>{title}</h2>" not in page
        assert f">{title}</a>" not in page


def test_a_report_of_nothing_but_a_title_is_a_page() -> None:
    empty = RunReport(
        title="t",
        command="",
        task="pos",
        scores=[],
        selected_on="nothing",
        history=[],
        examples=[],
        structure="",
        parameters=[],
        recipe="",
        data=[],
        notes=[],
        environment={},
    )
    page = run_report_page(empty)
    assert "<section" not in page
    assert "task pos · weights selected on nothing" in page


def test_marked_words_of_an_example_are_escaped(report: RunReport) -> None:
    assert '<dd dir="auto">a &lt;b&gt; <mark>wrong</mark></dd>' in run_report_page(report)


def test_the_report_is_written_and_the_same_data_give_the_same_bytes(report: RunReport, tmp_path: Path) -> None:
    write_run_report(report, tmp_path / "one.html")
    write_run_report(report, tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes() == run_report_page(report).encode("utf-8")


def test_a_report_whose_picture_is_missing_is_not_written(report: RunReport, tmp_path: Path) -> None:
    gone = tmp_path / "gone.png"
    examples = [replace(report.examples[0], heatmap=gone)]
    with pytest.raises(RunDirectoryError) as error:
        write_run_report(replace(report, examples=examples), tmp_path / "report.html")
    assert str(error.value) == f"{gone}: cannot read the picture for the report: No such file or directory. Draw it again."
    assert not (tmp_path / "report.html").exists()


def test_scores_stand_in_one_table_a_column_for_each_part(report: RunReport) -> None:
    scores = [
        Score("f1", 80.0, "dev", "ner", "sig dev", (79.0, 81.0)), Score("accuracy", 90.0, "dev", "ner", "sig", None),
        Score("f1", 70.0, "test", "ner", "sig test", (69.0, 71.0)),
    ]  # fmt: skip
    section = run_report_page(replace(report, scores=scores)).partition("<h2>Scores</h2>")[2].partition("</section>")[0]
    seen = visible("<body>" + section)
    assert "score dev test f1 80.00 79.00 to 81.00 70.00 69.00 to 71.00 accuracy 90.00 – Below a score" in seen
    assert section.index("<details>") < section.index("sig test")


def test_wrong_examples_stand_before_right_ones(report: RunReport) -> None:
    examples = [ReportExample("a", "x", "x"), ReportExample("b", "y", "z")]
    page = run_report_page(replace(report, examples=examples))
    assert page.index("<h3>Wrong</h3>") < page.index(">b<") < page.index("<h3>Right</h3>") < page.index(">a<")
    assert "<h3>Wrong</h3>" not in run_report_page(replace(report, examples=examples[1:]))


def test_an_output_word_lights_its_sources_without_a_script(report: RunReport) -> None:
    weights = [[0.9, 0.1], [0.004, 0.996]]
    shown = AttentionShown(["le", "<chien>", "<eos>"], ["the", "cat"], [[*row, 0.0] for row in weights])
    example = ReportExample("le <chien>", "the cat", "the dog", None, shown)
    page = run_report_page(replace(report, examples=[example]))
    assert '<bdi class="s" style="--w0:0.90;">le</bdi>' in page
    assert '<bdi class="s" style="--w0:0.10;--w1:1.00;">&lt;chien&gt;</bdi>' in page
    assert '<bdi class="t t1" tabindex="0"><mark>cat</mark></bdi>' in page
    assert ".lit:has(.t1:hover) .s" in page
    assert ".lit:has(.t2:hover) .s" not in page
    assert "<script" not in page
    long = replace(example, attention=AttentionShown(["w"] * 61, ["t"], [[0.0] * 61]))
    assert '<bdi class="t ' not in run_report_page(replace(report, examples=[long]))


def test_the_verdict_stands_first_with_its_alarms(report: RunReport) -> None:
    alarm = Statement("shared sentences", "test: 40 of <b>150</b> sentences stand in train.", True)
    plain = Statement("warm-up", "The learning rate rose over 5 updates.")
    found = Observation("overfitting", "dev loss rose", "By heart.", ["backbone.dropout=0.45"], "more data helps", 2, [plain, alarm])
    page = run_report_page(replace(report, observation=found, done="A tagger was trained. It is good."))
    assert page.index("A tagger was trained. It is good.") < page.index("<h2>Verdict</h2>") < page.index("<h2>Curves</h2>")
    seen = visible(page)
    assert "Overfitting. Dev loss rose. By heart. What to try: --set backbone.dropout=0.45 ; more data helps" in seen
    assert 'class="verdict alarm"' in page
    assert '<p class="warning"><b>Shared sentences.</b> test: 40 of &lt;b&gt;150&lt;/b&gt;' in page
    assert page.index('<p class="warning">') < page.index("The learning rate rose over 5 updates.")


def test_sections_come_in_the_order_in_which_they_are_read(report: RunReport) -> None:
    found = re.findall(r"<h2>([^<]*)</h2>", run_report_page(replace(report, look={"seqtasks observe run": "again"})))
    order = ["Curves", "Examples", "Inside the network", "Scores", "Model", "Data", "Notes", "Run it again", "Environment"]
    assert found == order
