"""The page of a comparison of translation systems, and its rows for comparison.csv: which is better, by how much, and whether surely so.

Nothing is computed here but what drawing needs. A part without data is left out. The file needs no script, no network and no other file.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

from seqtasks.evaluation.score import LOWER_IS_BETTER
from seqtasks.evaluation.translation_comparison import (
    DECIDES,
    DifferentLine,
    TranslationComparison,
    TranslationPair,
    TranslationSystem,
)
from seqtasks.reports.comparison_answer import outcome, seeds_note
from seqtasks.reports.comparison_drawing import series_name
from seqtasks.reports.comparison_frame import data_part, framed
from seqtasks.reports.comparison_grid import bullets_of, grid, heading, signature, two_lines
from seqtasks.reports.comparison_numbers import DASH, interval, interval_of_points, percent, points, seconds, three_digits, whole
from seqtasks.reports.comparison_plots import forest_plot, grouped_plot, scores_plot
from seqtasks.reports.comparison_scores import minus, probability_cell, range_of, seeds_table
from seqtasks.reports.comparison_tables import Rows, Value
from seqtasks.reports.page import bullets, details, escape, pairs, paragraph
from seqtasks.reports.run_report import differences
from seqtasks.text.files import write_atomically

Series = Mapping[str, int]
TITLES = {"bleu": "BLEU", "chrf": "chrF", "ter": "TER", "bleu_tok_lc": "BLEU (tok, lc)"}
HOW_TO_READ = {
    "Systems": (
        "The interval says how far a score would move with other lines of the same kind, not with other seeds; median and range say how "
        "far it moves with other seeds. Of TER (↓) lower is better. BLEU decides; its two scales are not comparable with each other."
    ),
    "Differences": (
        "Second minus first. A bar that does not touch the dashed line is a difference that other lines would hardly undo. p is two-sided; "
        "Holm's correction makes up for asking about several pairs. Bold: at most 0.05. The bootstrap's corrected p of BLEU decides. Not "
        "significant does not mean equal: the lines may be too few to tell."
    ),
    "Scores by length": (
        "BLEU by the words of the source without punctuation. Intervals are drawn from the lines of each row: few make them wide."
    ),
    "Sentences": (
        "The lines on which BLEU and chrF of the line, the mean of both, differ most, up to five where either system is better. Words that "
        "the reference does not have at that place are marked."
    ),
}


def write_translation_comparison(comparison: TranslationComparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), translation_comparison_page(comparison).encode("utf-8"))


def translation_comparison_page(comparison: TranslationComparison) -> str:
    """The page as text."""
    series = {system.name: place for place, system in enumerate(comparison.systems)}
    parts = {
        "Notes": bullets(comparison.notes),
        "Systems": systems_part(comparison, series),
        "Differences": differences_part(comparison, series),
        "Scores by length": by_length_part(comparison, series),
        "Sentences": sentences_part(comparison, series),
        "Data": data_part(comparison.data, "lines"),
        "Settings": pairs(comparison.settings),
        "Environment": pairs(comparison.environment),
    }
    return framed(f"{headline(comparison)} ({comparison.task} {comparison.split})", _answer(comparison, series), parts, HOW_TO_READ)


def headline(comparison: TranslationComparison) -> str:
    """The answer in one line, by BLEU."""
    best, second = comparison.ranking()[:2]
    tested = comparison.leading_first()[0].differences[DECIDES]
    line = outcome(best.name, second.name, abs(tested.difference), tested)
    return line.replace(" points", f" {TITLES[DECIDES]} points")


def _answer(comparison: TranslationComparison, series: Series) -> str:
    tested = comparison.leading_first()[0].differences[DECIDES]
    facts = [
        f"{comparison.task}: {comparison.source} to {comparison.target}",
        f"{len(comparison.systems)} systems",
        f"{comparison.split}: {whole(comparison.lines)} lines",
    ]
    parts = [
        paragraph(" · ".join(facts), "eyebrow"),
        f"<h1>{escape(headline(comparison))}</h1>",
        paragraph(" ".join(filter(None, [f"{TITLES[DECIDES]}: {tested.sentence}", seeds_note(tested)])), "answer"),
        scores_plot([comparison.deciding(system) for system in comparison.systems], series, TITLES[DECIDES]),
    ]
    return "<header>\n{}\n</header>".format("\n".join(parts))


def systems_part(comparison: TranslationComparison, series: Series) -> str:
    """The table of systems, that of their seeds, and how each score was computed."""
    names = comparison.names
    rows = []
    for system in comparison.systems:
        scores = [system.scores[name].score for name in names]
        shown = [two_lines(percent(score.value), "" if score.interval is None else interval(score.interval)) for score in scores]
        parameters = DASH if system.parameters is None else three_digits(system.parameters)
        rows.append([series_name(system.name, series), *shown, seconds(system.training_seconds), parameters])
    headers = ["system", *(two_lines(titled(name), "95 % interval") for name in names), "training", "numbers"]
    table = grid(headers, rows, f"Systems on {comparison.split}", numbers=range(1, len(headers)))
    signatures = bullets_of([f"{escape(titled(name))} {signature(comparison.systems[0].scores[name].score.signature)}" for name in names])
    runs = [
        f'{series_name(system.name, series)} <span class="signature">{escape(path)}</span>{" (shown)" if place == system.shown else ""}'
        for system in comparison.systems
        for place, path in enumerate(system.paths)
    ]
    return "\n".join(
        [
            table,
            _seeds(comparison, series),
            details("Signatures of the scores", signatures),
            details("Every run", bullets_of(runs)) if runs else "",
        ]
    )


def _seeds(comparison: TranslationComparison, series: Series) -> str:
    """Median and range of the systems with several runs."""
    rows = []
    for system in comparison.systems:
        if len(system.paths) > 1:
            runs = [system.scores[name].runs for name in comparison.names]
            shown = [two_lines(percent(statistics.median(values)), range_of(values)) for values in runs]
            rows.append([series_name(system.name, series), whole(len(system.paths)), *shown])
    headers = ["system", "runs", *(two_lines(titled(name), "range") for name in comparison.names)]
    return grid(headers, rows, "Over seeds: medians of all runs, and their ranges", numbers=range(1, len(headers)))


def differences_part(comparison: TranslationComparison, series: Series) -> str:
    """The verdicts by BLEU, the plot, and a table of every score of every pair; the tests between seeds where there are any."""
    decided = [pair.differences[DECIDES] for pair in comparison.pairs]
    rows = [
        [
            *(minus(tested, series) if not place else "", escape(titled(name)), points(tested.difference)),
            interval_of_points(tested.interval),
            *(probability_cell(p) for p in (tested.p_bootstrap, tested.p_randomisation)),
            *(probability_cell(p) for p in (tested.holm_bootstrap, tested.holm_randomisation)),
        ]
        for pair in comparison.pairs
        for place, (name, tested) in enumerate(pair.differences.items())
    ]
    headers = ["pair", "score", "points", "95 % interval", *("bootstrap", "randomisation") * 2]
    groups = [("", 4), ("as tested", 2), ("Holm-corrected", 2)]
    seeds = {
        name: seeds_table([pair.differences[name] for pair in comparison.pairs], series)
        for name in comparison.names
        if tested_seeds(comparison)
    }
    return "\n".join(
        [
            bullets([tested.sentence for tested in decided]),
            forest_plot(decided, series),
            grid(headers, rows, "Differences between pairs and their p-values", numbers=range(2, 8), groups=groups),
            *(details(f"Between seeds: {titled(name)}", html, opened=name == DECIDES) for name, html in seeds.items()),
        ]
    )


def tested_seeds(comparison: TranslationComparison) -> bool:
    """Whether any pair was tested between seeds."""
    return any(pair.differences[DECIDES].seeds for pair in comparison.pairs)


def by_length_part(comparison: TranslationComparison, series: Series) -> str:
    """BLEU of each system by the length of the source. All systems have the same bins: they read the same sources."""
    bins = [(place, one) for place, one in enumerate(comparison.systems[0].by_length)]
    if not bins:
        return ""
    groups, rows = [], []
    for place, one in bins:
        found = {system.name: system.by_length[place].bleu for system in comparison.systems}
        groups.append((f"{one.name} words", f"{whole(one.lines)} lines", {name: (s.value, s.interval) for name, s in found.items()}))
        values = [two_lines(percent(s.value), "" if s.interval is None else interval(s.interval)) for s in found.values()]
        rows.append([escape(one.name), whole(one.lines), *values])
    headers = ["words of the source", "lines", *(series_name(system.name, series) for system in comparison.systems)]
    table = grid(headers, rows, "BLEU by the length of the source", numbers=range(1, len(headers)))
    return grouped_plot(groups, series, "BLEU") + details("In numbers", table)


def sentences_part(comparison: TranslationComparison, series: Series) -> str:
    """The lines on which the two best systems differ most; those of other pairs on a click."""
    drawn = [(pair, "\n".join(_line(one, pair, series) for one in pair.most_different)) for pair in comparison.leading_first()]
    drawn = [(pair, html) for pair, html in drawn if html]
    titles = [f"{pair.first} and {pair.second}" for pair, _ in drawn]
    parts = [
        details(title, html) if place else heading(title) + html for place, (title, (_, html)) in enumerate(zip(titles, drawn, strict=True))
    ]
    return "\n".join(parts)


def _line(one: DifferentLine, pair: TranslationPair, series: Series) -> str:
    answers = zip((pair.first, pair.second), (one.first, one.second), one.bleu, one.chrf, strict=True)
    rows = [("source", "", escape(one.source)), ("reference", "", escape(one.reference))]
    rows += [
        (series_name(name, series), f"BLEU {percent(bleu)}, chrF {percent(chrf)}", differences(text, one.reference))
        for name, text, bleu, chrf in answers
    ]
    shown = "".join(
        f'<div class="who">{html}{f" <div class=soft>{said}</div>" if said else ""}</div><div class="line" dir="auto">{text or DASH}</div>'
        for html, said, text in rows
    )
    return f'<div class="card sentence"><p class="soft">Line {whole(one.line)}</p><div class="answers">{shown}</div></div>'


def titled(name: str) -> str:
    """A score's name for a reader, with an arrow where lower is better."""
    return f"{TITLES.get(name, name)}{' ↓' if name in LOWER_IS_BETTER else ''}"


def translation_rows(comparison: TranslationComparison) -> Rows:
    """One row a system with each of its numbers, for comparison.csv."""
    parts = ("", " low", " high", " median", " lowest run", " highest run", " signature")
    headers = [
        "system",
        "runs",
        *(f"{name}{part}" for name in comparison.names for part in parts),
        "training seconds",
        "parameters",
        "shown run",
    ]
    return headers, [_row(system) for system in comparison.systems]


def _row(system: TranslationSystem) -> list[Value]:
    row: list[Value] = [system.name, len(system.paths)]
    for found in system.scores.values():
        low, high = found.score.interval or (None, None)
        row += [found.score.value, low, high, statistics.median(found.runs), min(found.runs), max(found.runs), found.score.signature]
    return [*row, system.training_seconds, system.parameters, system.paths[system.shown] if system.paths else None]
