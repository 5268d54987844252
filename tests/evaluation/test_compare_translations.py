"""Comparing translation systems: scores and p-values against sacrebleu's own paired tests, and differences that were planted."""

import random
from dataclasses import replace

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.base import Metric
from sacrebleu.significance import PairedTest

from seqtasks.evaluation.bleu import TER_LONGEST, moses, sentence_bleu
from seqtasks.evaluation.compare_translations import SHOWN, Translated, compare_translations, measure
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.seed_tests import welch
from seqtasks.evaluation.significance import holm
from seqtasks.evaluation.translation_comparison import TranslationPair, TranslationSystem

WORDS = ["Ein", "Mann", ",", "der", "zwei", "Hunde", "hält", "Schnee", "läuft.", "im", "Park", "!", "und", "Frau", "weiß"]
DRAWS = 2000
NAMES = ["bleu", "chrf", "ter", "bleu_tok_lc", "exact", "cer", "wer"]


def corpus(lines: int, seed: int = 3) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(4, 10))) for _ in range(lines)]


def spoiled(references: list[str], share: float, seed: int) -> list[str]:
    """A system that gets this share of words wrong."""
    chance = random.Random(seed)
    return [" ".join(chance.choice(WORDS) if chance.random() < share else word for word in text.split()) for text in references]


def compared(
    systems: dict[str, list[list[str]]], references: list[str], *, draws: int = DRAWS
) -> tuple[list[TranslationSystem], list[TranslationPair]]:
    written = [Translated(name, texts) for name, texts in systems.items()]
    return compare_translations(written, references, references, language="de", split="test", draws=draws)


def plain_swaps(metric: Metric, sides: list[list[str]]) -> tuple[float, float]:
    """The shares of random swaps that leave a larger difference of sacrebleu's score, and exactly the same one."""
    one, other = (np.array(metric._extract_corpus_statistics(side, [sides[2]]), dtype=float) for side in sides[:2])

    def gap(first: np.ndarray, second: np.ndarray) -> float:
        scores = [metric._compute_score_from_stats(rows.sum(axis=0).tolist()).score for rows in (first, second)]
        return abs(scores[1] - scores[0])

    swaps = np.random.default_rng(8).integers(0, 2, size=(1500, len(one), 1)).astype(bool)
    gaps = np.array([gap(np.where(swap, other, one), np.where(swap, one, other)) for swap in swaps]) - gap(one, other)
    return float((gaps > 1e-9).mean()), float((np.abs(gaps) <= 1e-9).mean())


@pytest.mark.parametrize("worse", [0.30, 0.38])
def test_scores_and_p_values_are_those_of_sacrebleu(worse: float) -> None:
    """Its randomisation is ours, but for swaps that leave exactly the same difference: it does not count them (of TER there are many).
    Its bootstrap asks for one side only: half of our p where p is small."""
    references = corpus(60)
    one, other = spoiled(references, 0.3, 1), spoiled(references, worse, 2)
    systems, (pair,) = compared({"one": [one], "other": [other]}, references)
    tokenise, _ = moses("de")
    tokenised = [[tokenise(text) for text in side] for side in (one, other, references)]
    plain = {"bleu": BLEU(force=True), "chrf": CHRF(), "ter": TER()}
    for metrics, sides in ((plain, [one, other, references]), ({"bleu_tok_lc": BLEU(tokenize="none", lowercase=True)}, tokenised)):
        tested = {}
        for kind, draws in (("ar", DRAWS), ("bs", 1000)):
            test = PairedTest([("one", sides[0]), ("other", sides[1])], metrics, [sides[2]], kind, n_samples=draws)
            tested[kind] = list(test()[1].values())[1:]
        for place, name in enumerate(metrics):
            found = pair.differences[name]
            first, second = tested["ar"][place]
            assert [system.scores[name].score.value for system in systems] == [first.score, second.score]
            assert found.difference == second.score - first.score
            beyond, ties = plain_swaps(metrics[name], sides)
            assert beyond == pytest.approx(second.p_value, abs=0.04)
            assert found.p_randomisation == pytest.approx(beyond + ties, abs=0.04)
            if found.p_bootstrap < 0.2:
                assert found.p_bootstrap == pytest.approx(2 * tested["bs"][place][1].p_value, abs=0.04)


def test_intervals_and_p_values_come_from_scores_of_drawn_lines_the_same_for_all_systems() -> None:
    references = corpus(12)
    one, other = spoiled(references, 0.1, 1), spoiled(references, 0.4, 2)
    systems, (pair,) = compared({"one": [one], "other": [other]}, references, draws=99)
    drawn = np.random.default_rng(1).integers(0, 12, size=(99, 12))

    def scores(side: list[str]) -> np.ndarray:
        return np.array([sacrebleu.corpus_chrf([side[i] for i in rows], [[references[i] for i in rows]]).score for rows in drawn.tolist()])

    first, second = scores(one), scores(other)
    assert systems[0].scores["chrf"].score.interval == pytest.approx(tuple(np.percentile(first, [2.5, 97.5])))
    ordered = np.sort(second - first)
    assert pair.differences["chrf"].interval == pytest.approx((ordered[1], ordered[-2]))  # two of 99 on either side
    assert systems[0].scores["chrf"].score.signature.endswith("|sentences:12|bootstrap:99|seed:1")


def test_a_planted_difference_is_found_in_every_score_and_the_better_system_is_named_also_where_lower_is_better() -> None:
    references = corpus(80)
    _, pairs = compared({"good": [spoiled(references, 0.1, 1)], "bad": [spoiled(references, 0.5, 2)]}, references)
    (pair,) = pairs
    assert list(pair.differences) == NAMES
    for name, found in pair.differences.items():
        assert (found.difference > 0) == lower_is_better(name)
        assert max(found.holm_bootstrap, found.holm_randomisation) < 0.01
        assert found.sentence.startswith(f"good is {abs(found.difference):.2f} points better than bad (95 % interval ")
        low, high = found.interval
        assert low < found.difference < high and (low > 0) == (high > 0)
        assert "significant at n = 80 sentences (p < 0.00" in found.sentence or "p = 0.00" in found.sentence


def test_equal_systems_are_not_told_apart_and_no_line_is_shown() -> None:
    references = corpus(20)
    texts = spoiled(references, 0.3, 1)
    _, (pair,) = compared({"one": [texts], "same": [list(texts)]}, references, draws=200)
    for found in pair.differences.values():
        assert (found.difference, found.p_bootstrap, found.p_randomisation) == (0, 1, 1)
        assert found.sentence == "one and same score the same at n = 20 sentences: nothing to tell apart."
    assert pair.most_different == []


def test_p_values_of_each_score_are_corrected_over_the_pairs_and_the_order_of_systems_changes_signs_only() -> None:
    references = corpus(40)
    texts = {name: [spoiled(references, share, seed)] for seed, (name, share) in enumerate({"a": 0.2, "b": 0.3, "c": 0.45}.items())}
    _, pairs = compared(texts, references, draws=500)
    assert [(pair.first, pair.second) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    _, turned = compared(dict(reversed(texts.items())), references, draws=500)
    for name in NAMES:
        rows = [pair.differences[name] for pair in pairs]
        assert [row.holm_bootstrap for row in rows] == holm([row.p_bootstrap for row in rows])
        assert [row.holm_randomisation for row in rows] == holm([row.p_randomisation for row in rows])
        for row, other in zip(rows, reversed([pair.differences[name] for pair in turned]), strict=True):
            assert other.difference == -row.difference
            assert other.interval == pytest.approx((-row.interval[1], -row.interval[0]))
            assert (other.p_bootstrap, other.p_randomisation) == (row.p_bootstrap, row.p_randomisation)


def test_a_system_of_several_seeds_shows_its_median_run_and_is_tested_between_seeds() -> None:
    references = corpus(40)
    good = [spoiled(references, share, seed) for seed, share in enumerate((0.10, 0.2, 0.15))]
    bad = [spoiled(references, share, seed) for seed, share in enumerate((0.45, 0.4, 0.5))]
    systems, (pair,) = compared({"good": good, "bad": bad}, references, draws=300)
    runs = [sacrebleu.corpus_bleu(texts, [references], force=True).score for texts in good]
    assert systems[0].scores["bleu"].runs == pytest.approx(runs)
    assert systems[0].shown == runs.index(sorted(runs)[1])
    shown = sacrebleu.corpus_ter(good[systems[0].shown], [references]).score
    assert systems[0].scores["ter"].score.value == pytest.approx(shown)
    for name, found in pair.differences.items():
        expected = welch(systems[0].scores[name].runs, systems[1].scores[name].runs)
        assert (found.seeds.p, found.seeds.difference, found.seeds.interval) == (expected.p, expected.difference, expected.interval)
        assert found.sentence.startswith("By their median runs, good is ")
        assert found.seeds.sentence.startswith("On average over the runs good is ")


def test_lines_shown_are_those_whose_own_bleu_and_chrf_differ_most_for_either_side() -> None:
    references = corpus(50)
    one, other = spoiled(references, 0.3, 1), spoiled(references, 0.3, 2)
    _, (pair,) = compared({"one": [one], "other": [other]}, references, draws=50)
    bleu = sentence_bleu("de")

    def judged(text: str, reference: str) -> tuple[float, float]:
        return bleu(text, reference), sacrebleu.sentence_chrf(text, [reference]).score

    gaps = [sum(judged(b, r)) / 2 - sum(judged(a, r)) / 2 for a, b, r in zip(one, other, references, strict=True)]
    wanted = {*sorted(range(50), key=lambda line: gaps[line])[:SHOWN], *sorted(range(50), key=lambda line: -gaps[line])[:SHOWN]}
    assert {shown.line - 1 for shown in pair.most_different} == wanted
    sizes = [abs(gaps[shown.line - 1]) for shown in pair.most_different]
    assert sizes == sorted(sizes, reverse=True)
    for shown in pair.most_different:
        place = shown.line - 1
        assert (shown.source, shown.reference, shown.first, shown.second) == (
            references[place],
            references[place],
            one[place],
            other[place],
        )
        first, second = judged(one[place], references[place]), judged(other[place], references[place])
        assert (*shown.bleu, *shown.chrf) == pytest.approx((first[0], second[0], first[1], second[1]))


def test_scores_by_length_are_of_the_shown_run_and_have_the_same_bins_for_all() -> None:
    references = corpus(60)
    systems, _ = compared({"one": [spoiled(references, 0.2, 1)], "other": [spoiled(references, 0.4, 2)]}, references, draws=50)
    bins = [[(one.name, one.lines) for one in system.by_length] for system in systems]
    assert bins[0] == bins[1] and len(bins[0]) > 1


def test_ter_is_left_out_for_all_where_one_translation_is_too_long_for_it() -> None:
    references = corpus(5)
    long = [*references[:-1], " ".join(["Hund"] * (TER_LONGEST + 1))]
    systems, (pair,) = compared({"one": [references], "long": [long]}, references, draws=50)
    assert [list(system.scores) for system in systems] == [[name for name in NAMES if name != "ter"]] * 2
    assert list(pair.differences) == [name for name in NAMES if name != "ter"]


@pytest.mark.parametrize(
    ("systems", "message"),
    [
        ([Translated("a", [["x"]]), Translated("a", [["y"]])], "systems of the same name among a, a; give each its own"),
        ([Translated("a", [["x"]]), Translated("b", [])], "b has no run"),
        (
            [Translated("a", [["x"]]), Translated("b", [["x"], ["x", "y"]])],
            "1 references but 2 translations of b, run 2; they must be aligned one to one",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(systems: list[Translated], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        compare_translations(systems, ["s"], ["r"], language="de", split="test")


def test_a_run_scores_the_same_alone_and_beside_others() -> None:
    references = corpus(30)
    systems = [Translated(str(seed), [spoiled(references, 0.3, seed)]) for seed in range(3)]
    together = measure(systems, references, language="de", seed=1, draws=60)
    for one, system in zip(together, systems, strict=True):
        (alone,) = measure([replace(system)], references, language="de", seed=1, draws=60)
        for name in NAMES:
            assert one.numbers[name].runs == alone.numbers[name].runs
            assert np.array_equal(one.numbers[name].drawn_RS, alone.numbers[name].drawn_RS)
