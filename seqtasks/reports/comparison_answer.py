"""The first screen of a comparison's page: who wins, by how much, whether that is significant, and at what cost.

Significant means what it means in `PairReport.sentence`: the bootstrap's p after Holm's correction is at most 0.05. The headline also says
where approximate randomisation or the test between seeds disagrees.
"""

from __future__ import annotations

from collections.abc import Mapping

from seqtasks.evaluation.comparison import Comparison, PairReport, SystemReport
from seqtasks.reports.comparison_grid import bullets_of
from seqtasks.reports.comparison_numbers import (
    DASH,
    interval,
    interval_of_points,
    metric_name,
    percent,
    probability,
    seconds,
    speed,
    three_digits,
    times,
    whole,
)
from seqtasks.reports.comparison_plots import Tested, scores_plot
from seqtasks.reports.page import card, escape, paragraph

LEVEL = 0.05
NOTABLE = 1.05  # a ratio of speeds below which they are called about equal
OTHERS = 3  # sentences on further systems before the rest is left to the section on differences


def answer(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The head of the page."""
    ranked = ranking(comparison)
    parts = [
        paragraph(question(comparison), "eyebrow"),
        f"<h1>{escape(headline(comparison))}</h1>",
        *(f'<p class="answer">{escape(text)}</p>' for text in explanation(comparison)),
        _tiles(comparison) if ranked else "",
        scores_plot(comparison.systems, series, metric_name(comparison.metric)) if ranked else "",
        _others(comparison),
    ]
    return "<header>\n{}\n</header>".format("\n".join(filter(None, parts)))


def question(comparison: Comparison) -> str:
    """What was compared on what."""
    facts = [
        f"{comparison.task}: {comparison.layer}" if comparison.layer and comparison.layer != comparison.task else comparison.task,
        f"scheme {comparison.scheme}" if comparison.scheme else "",
        f"{len(comparison.systems)} system{'s' if len(comparison.systems) != 1 else ''}",
        f"{comparison.split}: {whole(comparison.sentences)} sentences, {whole(comparison.tokens)} words",
    ]
    return " · ".join(filter(None, facts))


def ranking(comparison: Comparison) -> list[SystemReport]:
    """The systems, best score first; those of the same score in their order."""
    return sorted(comparison.systems, key=lambda system: -system.score.value)


def pair_of(comparison: Comparison, first: str, second: str) -> PairReport | None:
    """The test between two systems, whichever way round it was made."""
    return next((pair for pair in comparison.pairs if {pair.first, pair.second} == {first, second}), None)


def headline(comparison: Comparison) -> str:
    """The answer in one line."""
    ranked = ranking(comparison)
    if not ranked:
        return f"Comparison on {comparison.split}"
    best = ranked[0]
    if len(ranked) == 1:
        return f"{best.name}: {percent(best.score.value)} % {metric_name(comparison.metric)}"
    second = ranked[1]
    pair = pair_of(comparison, best.name, second.name)
    lead = best.score.value - second.score.value if pair is None else abs(pair.difference)
    return outcome(best.name, second.name, lead, pair)


def outcome(best: str, second: str, lead: float, pair: Tested | None) -> str:
    """Two systems in one line, as the tests between them bear it out; lead: of the best, in points."""
    if percent(lead) == "0.00":
        return f"{best} and {second} are equally good"
    if pair is None:
        return f"{best} scores {percent(lead)} points more than {second}"
    by_bootstrap, by_swapping = pair.holm_bootstrap <= LEVEL, pair.holm_randomisation <= LEVEL
    if by_bootstrap != by_swapping:
        return f"{best} is {percent(lead)} points ahead of {second}, but the tests disagree"
    if not by_bootstrap:
        return f"{best} and {second} cannot be told apart"
    if not _holds_between_seeds(pair):
        return f"{best} is {percent(lead)} points ahead of {second}, but other seeds could undo it"
    return f"{best} is significantly better than {second}: +{percent(lead)} points"


def explanation(comparison: Comparison) -> list[str]:
    """The sentences below the headline: the test, the seeds, and the cost."""
    ranked = ranking(comparison)
    if len(ranked) < 2:
        return []
    best, second = ranked[:2]
    pair = pair_of(comparison, best.name, second.name)
    tested = [pair.sentence, seeds_note(pair)] if pair else ["No test was made between these two."]
    cost = cost_sentence(best, second, priced=surely_better(comparison, best, second))
    return [text for text in [" ".join(map(_ended, filter(None, tested))), cost] if text]


def seeds_note(pair: Tested) -> str:
    """What the test between seeds adds, in a few words; the pair's own sentence says where it speaks against a significant difference."""
    seeds = pair.seeds
    if seeds is None:
        return ""
    if seeds.p is None:
        return seeds.sentence
    p = probability(seeds.p)
    shown = f"p {p}" if p.startswith("<") else f"p = {p}"
    if seeds.p <= LEVEL:
        few = seeds.smallest_exact_p is not None and seeds.smallest_exact_p > LEVEL
        trust = ", if the scores of so few runs are roughly normal" if few else ""
        return f"Between seeds the difference is significant{' too' if pair.holm_bootstrap <= LEVEL else ''} ({shown}{trust})."
    return "" if pair.holm_bootstrap <= LEVEL else f"Nor is it between seeds ({shown})."


def surely_better(comparison: Comparison, better: SystemReport, worse: SystemReport) -> bool:
    """Whether no test between the two speaks against calling the difference more than luck: neither that over sentences nor the seeds'."""
    pair = pair_of(comparison, better.name, worse.name)
    return pair is None or (max(pair.holm_bootstrap, pair.holm_randomisation) <= LEVEL and _holds_between_seeds(pair))


def cost_sentence(best: SystemReport, other: SystemReport, *, priced: bool) -> str:
    """What the better system costs beside the other one: training and speed, and, if `priced`, training time for each point of score."""
    parts = []
    mine, its = best.cost.training_seconds, other.cost.training_seconds
    if mine is not None and its is not None:
        parts.append(f"{best.name} trains for {seconds(mine)}, {other.name} for {seconds(its)}")
    fast, slow = best.cost.tokens_per_second, other.cost.tokens_per_second
    if fast and slow:
        parts.append(_speeds(best.name, fast, other.name, slow))
    text = ". ".join(parts)
    price = price_of_a_point(best, other) if priced else None
    if price is not None:
        text += f". Each point over {other.name} costs {seconds(price)} of training"
    return f"{text}." if text else ""


def price_of_a_point(best: SystemReport, other: SystemReport) -> float | None:
    """Seconds of training more for each point of score more; None where it scores no more, takes no longer, or was not measured."""
    mine, its = best.cost.training_seconds, other.cost.training_seconds
    gained = best.score.value - other.score.value
    return (mine - its) / gained if mine is not None and its is not None and gained > 0 and mine > its else None


def _tiles(comparison: Comparison) -> str:
    ranked = ranking(comparison)
    best = ranked[0]
    tiles = [(f"{best.name}, {metric_name(comparison.metric)}", f"{percent(best.score.value)} %", _ends(interval(best.score.interval)))]
    if len(ranked) > 1:
        second = ranked[1]
        pair = pair_of(comparison, best.name, second.name)
        lead = best.score.value - second.score.value if pair is None else abs(pair.difference)
        ends = None if pair is None or pair.interval is None else pair.interval
        if pair is not None and ends is not None and pair.first == best.name:
            ends = (-ends[1], -ends[0])
        tiles.append((f"lead over {second.name}", f"{percent(lead)} points", _ends(interval_of_points(ends))))
        if pair is not None:
            method = "bootstrap, Holm-corrected" if len(comparison.pairs) > 1 else "bootstrap"
            tiles.append(("p-value of the lead", probability(pair.holm_bootstrap), method))
        fast, slow = best.cost.tokens_per_second, second.cost.tokens_per_second
        if fast and slow:
            faster, ratio = fast >= slow, max(fast, slow) / min(fast, slow)
            value = f"{times(ratio)} × {'faster' if faster else 'slower'}" if ratio >= NOTABLE else "about equal"
            tiles.append((f"tagging, against {second.name}", value, f"{speed(fast)} against {speed(slow)} words/s"))
    else:
        cost = best.cost
        tiles += [
            (label, text, note)
            for label, text, note in (
                ("training", seconds(cost.training_seconds), cost.device),
                ("words a second", speed(cost.tokens_per_second), cost.device),
                ("parameters", DASH if cost.parameters is None else three_digits(cost.parameters), ""),
            )
            if text != DASH
        ]
    cards = [
        card(paragraph(label, "soft") + paragraph(text, "value") + paragraph(note or " ", "soft"), "tile") for label, text, note in tiles
    ]
    return card("\n".join(cards), "tiles")


def _others(comparison: Comparison) -> str:
    """The winner against the third, fourth ... system."""
    ranked = ranking(comparison)
    pairs = [pair_of(comparison, ranked[0].name, system.name) for system in ranked[2:]]
    sentences = [escape(pair.sentence) for pair in pairs if pair is not None and pair.sentence]
    more = f'<li>and {len(sentences) - OTHERS} more under <a href="#differences">Differences</a></li>' if len(sentences) > OTHERS else ""
    return bullets_of(sentences[:OTHERS]).replace("</ul>", f"{more}</ul>") if sentences else ""


def _speeds(name: str, mine: float, other: str, its: float) -> str:
    if max(mine, its) < NOTABLE * min(mine, its):
        return f"{name} tags {speed(mine)} words a second, {other} about as many"
    if mine > its:
        return f"{name} tags {speed(mine)} words a second, {times(mine / its)} times as many as {other} ({speed(its)})"
    return f"{name} tags {speed(mine)} words a second, {other} {speed(its)}, {times(its / mine)} times as many"


def _holds_between_seeds(pair: Tested) -> bool:
    return pair.seeds is None or pair.seeds.p is None or pair.seeds.p <= LEVEL


def _ends(text: str) -> str:
    return "" if text == DASH else f"95 %: {text}"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
