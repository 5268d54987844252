"""The first screen of a comparison's page: who wins, by how much, whether that is significant, and at what cost.

Significant means what it means in `PairReport.sentence`: the bootstrap's p after Holm's correction is at most 0.05. The headline also says
where approximate randomisation or the test between seeds disagrees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from seqtasks.evaluation.comparison import Comparison, PairReport, SystemReport
from seqtasks.evaluation.translation_comparison import ScoreDifference
from seqtasks.reports.formats import interval, interval_of_points, metric_name, percent, probability, seconds, three_digits, times, whole

Tested = PairReport | ScoreDifference  # what has two names, a difference and its tests
LEVEL = 0.05
NOTABLE = 1.05  # a ratio of speeds below which they are called about equal


class Tile(NamedTuple):
    """A number in large, what it is, and a note below it."""

    label: str
    value: str
    note: str = ""


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


def tiles(comparison: Comparison) -> list[Tile]:
    """The numbers of the first screen: the best system's score, and its lead over the second or what it costs."""
    ranked = ranking(comparison)
    if not ranked:
        return []
    best = ranked[0]
    first = Tile(f"{best.name}, {metric_name(comparison.metric)}", f"{percent(best.score.value)} %", _ends(interval, best.score.interval))
    if len(ranked) > 1:
        return [first, *_lead(comparison, best, ranked[1])]
    cost = best.cost
    known = (
        (cost.training_seconds, Tile("training", seconds(cost.training_seconds), cost.device)),
        (cost.tokens_per_second, Tile("words a second", three_digits(cost.tokens_per_second), cost.device)),
        (cost.parameters, Tile("parameters", three_digits(cost.parameters))),
    )
    return [first, *(tile for value, tile in known if value is not None)]


def _lead(comparison: Comparison, best: SystemReport, second: SystemReport) -> list[Tile]:
    pair = pair_of(comparison, best.name, second.name)
    lead = best.score.value - second.score.value if pair is None else abs(pair.difference)
    ends = None if pair is None else pair.interval
    if pair is not None and ends is not None and pair.first == best.name:
        ends = (-ends[1], -ends[0])
    found = [Tile(f"lead over {second.name}", f"{percent(lead)} points", _ends(interval_of_points, ends))]
    if pair is not None:
        method = "bootstrap, Holm-corrected" if len(comparison.pairs) > 1 else "bootstrap"
        found.append(Tile("p-value of the lead", probability(pair.holm_bootstrap), method))
    fast, slow = best.cost.tokens_per_second, second.cost.tokens_per_second
    if fast and slow:
        ratio = max(fast, slow) / min(fast, slow)
        value = f"{times(ratio)} × {'faster' if fast >= slow else 'slower'}" if ratio >= NOTABLE else "about equal"
        found.append(Tile(f"tagging, against {second.name}", value, f"{three_digits(fast)} against {three_digits(slow)} words/s"))
    return found


def others(comparison: Comparison) -> list[str]:
    """The winner against the third, fourth ... system, in words."""
    ranked = ranking(comparison)
    pairs = [pair_of(comparison, ranked[0].name, system.name) for system in ranked[2:]]
    return [pair.sentence for pair in pairs if pair is not None and pair.sentence]


def cost_sentences(comparison: Comparison) -> list[str]:
    """What a point costs over the next surely worse system that trains faster; and the fastest against the slowest."""
    ranked = ranking(comparison)
    found = []
    for place, system in enumerate(ranked):
        worse = (other for other in ranked[place + 1 :] if surely_better(comparison, system, other))
        cheaper = next((other for other in worse if price_of_a_point(system, other) is not None), None)
        price = price_of_a_point(system, cheaper) if cheaper else None
        if cheaper and price is not None:
            device = f" ({system.cost.device})" if system.cost.device else ""
            found.append(f"{system.name} costs {seconds(price)} of training{device} for each point over {cheaper.name}.")
    timed = sorted((rate, system.name) for system in ranked if (rate := system.cost.tokens_per_second))
    if len(timed) > 1 and timed[0][0] < timed[-1][0]:
        (slow, last), (fast, first) = timed[0], timed[-1]
        speeds = f"{three_digits(fast)} words a second against {three_digits(slow)}"
        found.append(f"{first} tags {times(fast / slow)} times as fast as {last}: {speeds}.")
    return found


def _speeds(name: str, mine: float, other: str, its: float) -> str:
    if max(mine, its) < NOTABLE * min(mine, its):
        return f"{name} tags {three_digits(mine)} words a second, {other} about as many"
    if mine > its:
        return f"{name} tags {three_digits(mine)} words a second, {times(mine / its)} times as many as {other} ({three_digits(its)})"
    return f"{name} tags {three_digits(mine)} words a second, {other} {three_digits(its)}, {times(its / mine)} times as many"


def _holds_between_seeds(pair: Tested) -> bool:
    return pair.seeds is None or pair.seeds.p is None or pair.seeds.p <= LEVEL


def _ends(written: Callable[[tuple[float, float]], str], bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"95 %: {written(bounds)}"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
