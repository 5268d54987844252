"""The page of a comparison holds every number it is given, escaped, and asks nothing of the network."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from seqtasks.evaluation.comparison import Calibration, Comparison, Confusion, Cost, LabelScore, Overlap, Share
from seqtasks.reports.comparison_report import comparison_page, write_comparison_report
from seqtasks.reports.formats import (
    interval,
    interval_of_points,
    percent,
    points,
    probability,
    seconds,
    size,
    three_digits,
)
from tests.miniature.comparisons import EMPTY_AUDIT, bare_comparison, comparison, entity_comparison

VOID = {"meta", "link", "img", "br"}
SHAPES = {"svg", "defs", "g", "circle", "rect", "path", "use", "text", "title", "clippath"}
TAGS = {
    *("html", "head", "style", "body", "main", "header", "h1", "h2", "h3", "p", "div", "nav", "a", "section", "table", "caption", "thead"),
    *("tbody", "tr", "th", "td", "ul", "li", "figure", "figcaption", "details", "summary", "dl", "dt", "dd", "mark", "span", "small"),
    *("bdi", "b", *VOID, *SHAPES),
}


class Reader(HTMLParser):
    """Checks that tags close in order; gathers ids, links, the description of each drawing, and tables without a caption."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.drawings: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if found.get("href"):
            self.links.add(str(found["href"]))
        if tag == "svg" and found.get("role") == "img":
            self.drawings.append(found.get("aria-label") or "")
        if tag not in VOID and not (tag in SHAPES and self.get_starttag_text().endswith("/>")):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def visible(page: str) -> str:
    """The text a reader sees, with each run of white space as one space."""
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?(mark|bdi|b)>", "", body))))


def titles(page: str) -> list[str]:
    return [html.unescape(title) for title in re.findall(r"<h2>(.*?)</h2>", page)]


def given_texts(found: Comparison) -> list[str]:
    """Every text and number that must stand on the page, as it is written there."""
    texts = [found.task, found.layer, found.split, f"{found.sentences:,}", f"{found.tokens:,}", *found.notes]
    texts += [text for pair in (*found.settings.items(), *found.environment.items()) for text in pair]
    texts += [text for split, path, count, checksum in found.data for text in (split, path, f"{count:,}", checksum)]
    for system in found.systems:
        cost = system.cost
        texts += [system.name, percent(system.score.value), interval(system.score.interval), system.score.signature, *system.notes]
        texts += [*system.paths, *map(percent, system.runs), seconds(cost.training_seconds), three_digits(cost.tokens_per_second)]
        texts += [f"{cost.parameters:,}", size(cost.bytes_on_disk), size(cost.peak_memory)]
        texts += [text for cell in system.cells for text in (cell.name, percent(cell.value), interval(cell.interval), f"{cell.total:,}")]
        texts += [f"{cell.count:,} of {cell.total:,}" for cell in system.cells]
        for label in system.labels:
            texts += [label.label, *map(percent, (label.precision, label.recall, label.f1)), f"{label.support:,}", f"{label.predicted:,}"]
        if system.calibration:
            texts += [percent(system.calibration.error), percent(system.calibration.adaptive_error), f"{system.calibration.brier:.4f}"]
            texts += [f"{place.count:,}" for place in system.calibration.bins]
    for pair in found.pairs:
        texts += [pair.sentence, points(pair.difference), interval_of_points(pair.interval), percent(pair.overlap.oracle)]
        texts += map(probability, (pair.p_bootstrap, pair.p_randomisation, pair.p_mcnemar))
        texts += map(probability, (pair.holm_bootstrap, pair.holm_randomisation, pair.holm_mcnemar))
        texts += [f"{count:,} words" for count in (pair.overlap.both_right, pair.overlap.only_first_wrong, pair.overlap.both_wrong)]
        texts += [word for example in pair.most_different for word in (*example.words, *example.gold, *example.first, *example.second)]
        if pair.seeds:
            texts += [pair.seeds.kind, pair.seeds.sentence, probability(pair.seeds.p), probability(pair.seeds.exact_p)]
            texts += [interval_of_points(pair.seeds.interval), interval_of_points(pair.seeds.both_interval), str(pair.seeds.runs_needed)]
    for cascade in found.cascades:
        texts += [f"{point.threshold:g}" if point.threshold <= 1 else "never reached" for point in cascade.points] + [
            percent(point.score) for point in cascade.points
        ]
        texts += [text for point in cascade.points for text in (percent(point.words_fast), percent(point.sentences_fast))]
    for point in found.curves:
        texts += [f"{point.sentences:,}", f"{point.tokens:,}", percent(point.value), *map(percent, point.runs), *point.missing_labels]
    texts += [crossover.sentence for crossover in found.crossovers]
    audit = found.audit
    texts += [str(audit.duplicate_count), str(audit.ambiguous_count), str(audit.suspect_count)]
    texts += [percent(value) for value in audit.score_without_duplicates.values()]
    texts += [" ".join(row.words) for row in audit.duplicates] + [" ".join(row.text) for row in audit.suspects]
    texts += [f"{tag} {count}" for row in audit.ambiguous for tag, count in row.tags.items()]
    return texts


@pytest.mark.parametrize(
    "found", [comparison(1), comparison(2), comparison(8, tags=5), entity_comparison()], ids=["1", "2", "8", "entities"]
)
def test_every_given_number_and_text_stands_on_the_page(found: Comparison) -> None:
    seen = visible(comparison_page(found))
    missing = sorted({text for text in given_texts(found) if " ".join(text.split()) not in seen})
    assert missing == []


@pytest.mark.parametrize("systems", [1, 2, 3, 8])
def test_the_page_is_whole_and_holds_no_markup_of_its_data(systems: int) -> None:
    page = comparison_page(comparison(systems))
    reader = read(page)
    assert reader.open == []
    assert reader.tags <= TAGS
    assert "<script" not in page and "<b>bold" not in page
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)


@pytest.mark.parametrize("systems", [1, 2, 8])
def test_every_drawing_says_what_it_shows_and_every_table_has_a_caption(systems: int) -> None:
    reader = read(comparison_page(comparison(systems)))
    assert reader.tables == reader.captions > 5
    assert len(reader.drawings) > 5
    assert all(reader.drawings)
    assert any(text.startswith("hmm: 93.71 (93.32 to 94.09)") for text in reader.drawings)


def test_the_page_asks_nothing_of_the_network() -> None:
    found = comparison(3)
    page = comparison_page(replace(found, notes=["see http://example.org/ url(http://example.org)"]))
    markup = " ".join(re.findall(r"<[^>]*>", page))
    addresses = re.findall(r"""(?:src|href|srcset|action|data|poster|background)\s*=\s*["']?([^"'\s>]+)""", markup, re.IGNORECASE)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert not re.search(r"https?:|//[a-z]", markup, re.IGNORECASE)
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:", style, re.IGNORECASE)


def test_the_parts_come_in_the_order_of_the_questions() -> None:
    assert titles(comparison_page(comparison(2))) == [
        *("Notes", "Systems", "Differences", "Kinds of words", "Tags", "Confusions", "Calibration", "Cost", "Learning curves", "Cascade"),
        *("Overlap of errors", "Sentences", "The data itself", "Data", "Settings", "Environment"),
    ]
    assert {"Kinds of entities", "Types of entities"} < set(titles(comparison_page(entity_comparison())))


def test_each_part_with_something_to_explain_says_how_to_read_it() -> None:
    for found in (comparison(2), entity_comparison()):
        parts = comparison_page(found).split("<h2>")[1:]
        plain = {"Notes", "Data", "Settings", "Environment"}
        assert [part.partition("<")[0] for part in parts if "How to read this." not in part] == [
            title for title in titles(comparison_page(found)) if title in plain
        ]


@pytest.mark.parametrize("systems", [0, 1, 2, 8])
def test_parts_without_data_are_left_out(systems: int) -> None:
    page = comparison_page(bare_comparison(systems))
    assert titles(page) == (["Systems"] if systems else [])
    assert read(page).open == []
    assert not re.search(r"\b(None|nan)\b", page)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"pairs": []}, {"Differences", "Overlap of errors", "Sentences"}),
        ({"cascades": []}, {"Cascade"}),
        ({"curves": []}, {"Learning curves"}),
        ({"audit": EMPTY_AUDIT}, {"The data itself"}),
        ({"data": []}, {"Data"}),
        ({"settings": {}}, {"Settings"}),
        ({"notes": []}, {"Notes"}),
    ],
)
def test_a_part_goes_with_its_data_and_nothing_else(change: dict, gone: set[str]) -> None:
    full = comparison(2)
    assert set(titles(comparison_page(full))) - set(titles(comparison_page(replace(full, **change)))) == gone


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_the_lowest_and_the_highest_scores_can_be_drawn(value: float) -> None:
    full = comparison(2)
    systems = [
        replace(
            system,
            score=replace(system.score, value=value, interval=(value, value)),
            runs=[value] * len(system.runs),
            cells=[Share("all", 0, 0, 0.0), Share("known", int(value), 100, value, (value, value))],
            labels=[LabelScore("X", value, value, value, 0, 0)],
            confusion=Confusion(["X", "Y"], [[0, 0], [0, 0]]),
            calibration=Calibration(0.0, []),
            cost=Cost(0.0, None, 0, 0, 0),
        )
        for system in full.systems
    ]
    overlap = Overlap(0, 0, 0, 0, value)
    pairs = [replace(pair, difference=0.0, interval=(0.0, 0.0), overlap=overlap, most_different=[], seeds=None) for pair in full.pairs]
    points_ = [replace(point, value=value, interval=None, runs=[value]) for point in full.curves]
    page = comparison_page(replace(full, systems=systems, pairs=pairs, curves=points_))
    assert read(page).open == []
    assert "hmm and bilstm are equally good" in visible(page)
    assert not re.search(r"\bnan\b", page)


def test_a_cost_that_was_not_measured_is_a_dash_and_not_drawn() -> None:
    full = comparison(3)
    unknown = replace(full.systems[1], cost=Cost(None, None, None, None, None))
    page = comparison_page(replace(full, systems=[full.systems[0], unknown, full.systems[2]]))
    costs = next(text for text in read(page).drawings if text.startswith("Score against words tagged a second"))
    assert "bilstm-crf 2904, 95.04" in costs
    assert "bilstm 3" not in costs
    assert re.search(r"bilstm</bdi></span></th>.*?(<td class=\"number\">–</td>){5}", page, re.DOTALL)


def test_a_word_from_right_to_left_is_set_apart_and_an_error_is_marked_by_a_sign() -> None:
    page = comparison_page(entity_comparison())
    assert "<bdi>درويش</bdi><small>✗ <bdi>O</bdi></small>" in page
    assert '<small class="gold">→ <bdi>I-PER</bdi></small>' in page
    assert page.count("✗ ") == 2


def test_a_ninth_system_gets_a_mark_that_no_other_has() -> None:
    systems = [replace(system, name=f"s{place}") for place, system in enumerate([*comparison(8).systems, *comparison(4).systems])]
    page = comparison_page(replace(bare_comparison(1), systems=systems))
    looks = re.findall(r'<use href="#(shape\d)" class="(c\d)"/></svg><bdi>(s\d+)<', page)
    assert len({(shape, colour) for shape, colour, _ in looks}) == len({name for *_, name in looks}) == 12


def test_the_page_is_written_whole_and_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_comparison_report(comparison(2), tmp_path / f"{name}.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "two.html"]
    assert (tmp_path / "one.html").read_text(encoding="utf-8") == comparison_page(comparison(2))
