"""The page of a comparison of translation systems: every number stands on it, escaped, and it asks nothing of the network."""

import html
import re
from dataclasses import replace
from pathlib import Path
from statistics import median

import markupsafe
import pytest

from seqtasks.evaluation.compare_translations import Translated, compare_translations
from seqtasks.evaluation.translation_comparison import TranslationComparison
from seqtasks.reports.formats import interval_of_points, percent, points, probability
from seqtasks.reports.translation_comparison import translation_comparison_page, translation_rows, write_translation_comparison

EVIL = '<script>alert("x")</script> & <img src=http://example.org/x.png>'
REFERENCES = [f"un {word} court dans le parc numéro {number}" for number, word in enumerate(["chien", "chat", EVIL, "cheval"] * 6)]


def comparison(systems: int = 2, runs: int = 1) -> TranslationComparison:
    """Systems that leave out more and more words; run r leaves out another one of them."""

    def texts(place: int, run: int) -> list[str]:
        kept = [text.split() for text in REFERENCES]
        return [" ".join(word for at, word in enumerate(words) if (at + line + run) % 9 >= 2 * place) for line, words in enumerate(kept)]

    written = [
        Translated(
            f"system{place}", [texts(place, run) for run in range(runs)], [f"runs/{place}/{run}" for run in range(runs)], 61.5, 12_345
        )
        for place in range(systems)
    ]
    reports, pairs = compare_translations(written, REFERENCES, REFERENCES, language="fr", split="test", draws=60)
    return TranslationComparison(
        task="translation",
        source="en",
        target="fr",
        split="test",
        lines=len(REFERENCES),
        data=[("train", "corpus/train.en", 7000, "a" * 64), ("test", "corpus/test.en", 24, "b" * 64)],
        systems=reports,
        pairs=pairs,
        settings={"command": "seqtasks compare a b"},
        environment={"python": "3"},
        notes=["a note"],
    )


def headline(found: TranslationComparison) -> str:
    return visible(translation_comparison_page(found).partition("<h1>")[2].partition("</h1>")[0])


def visible(page: str) -> str:
    body = re.sub(r"</?(mark|bdi|b)>", "", page.partition("<body>")[2] or page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


@pytest.mark.parametrize(("systems", "runs"), [(2, 1), (3, 1), (2, 3)])
def test_every_number_and_text_stands_on_the_page(systems: int, runs: int) -> None:
    found = comparison(systems, runs)
    texts = [*found.notes, "en to fr", "24 lines", "corpus/test.en", "b" * 64, "seqtasks compare a b", headline(found)]
    for system in found.systems:
        texts += [system.name, *system.paths, "12,300", *(one.name for one in system.by_length)]
        texts += [percent(one.bleu.value) for one in system.by_length]
        for score in system.scores.values():
            texts += [percent(score.score.value), *map(percent, score.score.interval or ())]  # none where every draw is perfect
            texts += [percent(median(score.runs)), percent(min(score.runs))] if runs > 1 else []
    for pair in found.pairs:
        texts += [pair.differences["bleu"].sentence]
        for tested in pair.differences.values():
            texts += [points(tested.difference), interval_of_points(tested.interval), probability(tested.holm_randomisation)]
            texts += [tested.seeds.sentence, probability(tested.seeds.p)] if tested.seeds else []
        for line in pair.most_different:
            texts += [f"Line {line.line}", line.source, line.reference, line.first or "–", f"BLEU {percent(line.bleu[1])}"]
    texts += [score.score.signature for score in found.systems[0].scores.values()]
    seen = visible(translation_comparison_page(found))
    assert [text for text in texts if " ".join(text.split()) not in seen] == []
    assert ("Between seeds: BLEU" in seen) == (runs > 1)
    assert "TER ↓" in seen


def test_the_page_fetches_nothing_and_runs_nothing_whatever_the_lines_hold() -> None:
    page = translation_comparison_page(comparison())
    assert "default-src 'none'" in page
    assert "<script" not in page and "<img" not in page
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= {"data:,", *re.findall(r'"(#[^"]*)"', page)}
    assert str(markupsafe.escape(EVIL)) in page.replace("<mark>", "").replace("</mark>", "")
    addresses = set(re.findall(r'href="#([^"]*)"', page))
    assert addresses <= set(re.findall(r'id="([^"]*)"', page))


def test_the_headline_says_who_is_better_by_bleu_and_how_surely() -> None:
    found = comparison()
    tested = found.pairs[0].differences["bleu"]
    lead = f"{abs(tested.difference):.2f}"
    assert headline(found) == f"system0 is significantly better than system1: +{lead} BLEU points"

    def where(**changes: float) -> str:
        pair = replace(found.pairs[0], differences={**found.pairs[0].differences, "bleu": replace(tested, **changes)})
        return headline(replace(found, pairs=[pair]))

    assert where(holm_bootstrap=0.2, holm_randomisation=0.2) == "system0 and system1 cannot be told apart"
    assert where(holm_randomisation=0.2) == f"system0 is {lead} BLEU points ahead of system1, but the tests disagree"
    assert where(difference=0.0) == "system0 and system1 are equally good"


def test_the_best_two_come_first_whatever_the_order_of_systems() -> None:
    found = comparison(3)
    turned = replace(found, systems=found.systems[::-1], pairs=found.pairs[::-1])
    assert [system.name for system in turned.ranking()] == ["system0", "system1", "system2"]
    assert {turned.leading_first()[0].first, turned.leading_first()[0].second} == {"system0", "system1"}


def test_rows_for_a_spreadsheet_hold_each_score_with_its_range_and_signature() -> None:
    found = comparison(2, 3)
    rows = translation_rows(found)
    assert list(rows[0]) == list(rows[1])
    row = rows[1]
    ter = found.systems[1].scores["ter"]
    assert (row["system"], row["runs"], row["training seconds"], row["parameters"]) == ("system1", 3, 61.5, 12_345)
    assert (row["ter"], row["ter low"], row["ter high"]) == (ter.score.value, *ter.score.interval)
    assert (row["ter median"], row["ter lowest run"], row["ter highest run"]) == (median(ter.runs), min(ter.runs), max(ter.runs))
    assert (row["ter signature"], row["shown run"]) == (ter.score.signature, found.systems[1].paths[found.systems[1].shown])


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    found = comparison()
    for name in ("one.html", "other.html"):
        write_translation_comparison(found, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    assert (tmp_path / "one.html").stat().st_size < 100_000
