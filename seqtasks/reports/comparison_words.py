"""The parts of a comparison's page that show words: where two systems err, sentences with their errors, and what the data itself says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqtasks.evaluation.comparison import Audit, Comparison, Disagreement, PairReport
from seqtasks.reports.comparison_answer import pair_of, ranking
from seqtasks.reports.comparison_drawing import series_name
from seqtasks.reports.comparison_grid import bdi, grid, heading
from seqtasks.reports.comparison_numbers import metric_name, percent, points, whole
from seqtasks.reports.comparison_plots import overlap_plot
from seqtasks.reports.page import details, escape, paragraph


def overlap_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Who is wrong where, and what an oracle would score, for each pair; the first two systems first, the others on a click."""
    drawn = [(pair, _overlap(pair, comparison, series)) for pair in _leading_first(comparison)]
    drawn = [(pair, html) for pair, html in drawn if html]
    if not drawn:
        return ""
    first = f"{heading(_title(drawn[0][0]))}\n{drawn[0][1]}"
    return "\n".join([first, *(details(_title(pair), html) for pair, html in drawn[1:])])


def sentences_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The sentences on which the systems of a pair differ most."""
    shown = [pair for pair in _leading_first(comparison) if pair.most_different]
    if not shown:
        return ""
    first = shown[0]
    parts = [heading(_title(first)), _sentences(first.most_different, (first.first, first.second), series)]
    parts += [details(_title(pair), _sentences(pair.most_different, (pair.first, pair.second), series)) for pair in shown[1:]]
    return "\n".join([*parts])


def marked_words(words: Sequence[str], gold: Sequence[str], answers: Sequence[str]) -> str:
    """A sentence with the answered tag under each word; a wrong one marked by a sign and followed by the gold tag."""
    shown = []
    for word, right, answer in zip(words, gold, answers, strict=True):
        if right == answer:
            shown.append(f'<span class="word">{bdi(word)}<small>{bdi(answer)}</small></span>')
        else:
            shown.append(
                f'<span class="word wrong">{bdi(word)}<small>✗ {bdi(answer)}</small><small class="gold">→ {bdi(right)}</small></span>'
            )
    return f'<div class="words" dir="auto">{"".join(shown)}</div>'


def audit_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """What the data itself says: duplicates, words tagged several ways, and words where the systems agree against gold."""
    audit = comparison.audit
    parts = [_duplicates(audit, comparison, series), _ambiguous(audit), _suspects(audit)]
    if not any(parts):
        return ""
    return "\n".join([*filter(None, parts)])


def _leading_first(comparison: Comparison) -> list[PairReport]:
    """All pairs, that of the two best systems first."""
    ranked = ranking(comparison)
    leading = pair_of(comparison, ranked[0].name, ranked[1].name) if len(ranked) > 1 else None
    return [*([leading] if leading else []), *(pair for pair in comparison.pairs if pair is not leading)]


def _title(pair: PairReport) -> str:
    return f"{pair.first} and {pair.second}"


def _overlap(pair: PairReport, comparison: Comparison, series: Mapping[str, int]) -> str:
    plot = overlap_plot(pair, series)
    scores = [system.score.value for system in comparison.systems if system.name in (pair.first, pair.second)]
    gain = f", {points(pair.overlap.oracle - max(scores))} points over the better one alone" if scores else ""
    picks = "the better answer to each sentence" if comparison.metric == "f1" else "the right one of the two answers to each word"
    text = f"An oracle that picks {picks} would score {percent(pair.overlap.oracle)} % {metric_name(comparison.metric)}{gain}."
    return f"{plot}{paragraph(text)}" if plot else ""


def _sentences(found: Sequence[Disagreement], names: tuple[str, str], series: Mapping[str, int]) -> str:
    parts = []
    for example in found:
        rows = "".join(
            f'<div class="who">{series_name(name, series)} <span class="soft">{_wrong(example.gold, answers)}</span></div>'
            f"{marked_words(example.words, example.gold, answers)}"
            for name, answers in zip(names, (example.first, example.second), strict=True)
        )
        parts.append(
            f'<div class="card sentence"><p class="soft">Sentence {whole(example.sentence)}</p><div class="answers">{rows}</div></div>'
        )
    return "\n".join(parts)


def _wrong(gold: Sequence[str], answers: Sequence[str]) -> str:
    count = sum(right != answer for right, answer in zip(gold, answers, strict=True))
    return f"{count} wrong" if count else "all right"


def _duplicates(audit: Audit, comparison: Comparison, series: Mapping[str, int]) -> str:
    if not audit.duplicate_count:
        return ""
    counts = f"{whole(audit.duplicate_count)} sentences of {comparison.split} ({whole(audit.duplicate_tokens)} words)"
    scores = {system.name: system.score.value for system in comparison.systems}
    rows = [
        [
            series_name(name, series),
            percent(scores.get(name)),
            percent(value),
            points(value - scores[name]) if name in scores else "–",
        ]
        for name, value in audit.score_without_duplicates.items()
    ]
    examples = [
        [
            str(duplicate.sentence),
            f'<span dir="auto">{escape(" ".join(duplicate.words))}</span>',
            "same" if duplicate.same_tags else "<b>≠ other</b>",
        ]
        for duplicate in audit.duplicates
    ]
    return "\n".join(
        [
            heading("Sentences also in train"),
            paragraph(f"{counts} also stand in train, word for word."),
            grid(["system", "score (%)", "without them (%)", "points"], rows, "Scores without the duplicates", numbers=(1, 2, 3)),
            details(_listed(len(examples), audit.duplicate_count), grid(["sentence", "words", "tags"], examples, "Duplicates"))
            if examples
            else "",
        ]
    )


def _ambiguous(audit: Audit) -> str:
    if not audit.ambiguous_count:
        return ""
    rows = [
        [
            f'<span dir="auto">{bdi(found.left)} <mark>{escape(found.word)}</mark> {bdi(found.right)}</span>',
            ", ".join(f"{bdi(tag)} {whole(count)}" for tag, count in sorted(found.tags.items(), key=lambda item: -item[1])),
        ]
        for found in audit.ambiguous
    ]
    table = grid(["context", "tags in gold"], rows, "One word, the same neighbours, several tags in gold")
    text = f"{whole(audit.ambiguous_count)} words are tagged in several ways between the same two neighbours, over all parts."
    listed = details(_listed(len(rows), audit.ambiguous_count), table, opened=len(rows) <= 10) if rows else ""
    return "\n".join([heading("Words tagged several ways"), paragraph(text), listed])


def _suspects(audit: Audit) -> str:
    if not audit.suspect_count:
        return ""
    rows = []
    for suspect in audit.suspects:
        shown = [
            f"<mark>{escape(word)}</mark>" if place == suspect.word else escape(word) for place, word in enumerate(suspect.text, start=1)
        ]
        sure = "–" if suspect.confidence is None else percent(100 * suspect.confidence)
        place = f"{whole(suspect.sentence)}, {whole(suspect.word)}"
        rows.append([place, f'<span dir="auto">{" ".join(shown)}</span>', bdi(suspect.gold), bdi(suspect.predicted), sure])
    headers = ["sentence, word", "in its sentence", "gold", "systems say", "sure (%)"]
    table = grid(headers, rows, "Words where the systems agree against gold", numbers=(4,))
    text = f"On {whole(audit.suspect_count)} words the systems give the same answer and gold another: annotation errors, or hard cases."
    listed = details(_listed(len(rows), audit.suspect_count), table, opened=len(rows) <= 10) if rows else ""
    return "\n".join([heading("Suspects for annotation errors"), paragraph(text), listed])


def _listed(shown: int, total: int) -> str:
    return f"All {whole(total)}" if shown >= total else f"{whole(shown)} of {whole(total)}"
