"""Translation scores against sacrebleu itself, and their intervals against plain resampling."""

import random

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.bleu import TER_LONGEST, bleu, measured, moses, translation_scores
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.score import Score
from tests.oracles.resampling import plain_bootstrap, plain_interval

WORDS = ["Ein", "Mann", ",", "der", "zwei", "Hunde", "hält", ";", "„", "Schnee", "“", "läuft.", "im", "Park", "!"]
texts = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=5)


def score(hypotheses: list[str], references: list[str], *, language: str = "de", samples: int = 0, seed: int = 1) -> dict[str, Score]:
    found = translation_scores(hypotheses, references, language=language, split="test", head="target", samples=samples, seed=seed)
    return {score.name: score for score in found}


def noisy(count: int) -> tuple[list[str], list[str]]:
    chance = random.Random(3)
    references = [" ".join(chance.choices(WORDS, k=chance.randint(4, 12))) for _ in range(count)]
    return [" ".join(word for word in text.split() if chance.random() < 0.85) for text in references], references


@settings(max_examples=60, deadline=None)
@given(pairs)
def test_bleu_chrf_and_ter_equal_sacrebleu(corpus: list[tuple[str, str]]) -> None:
    hypotheses, references = map(list, zip(*corpus, strict=True))
    found = score(hypotheses, references)
    assert found["bleu"].value == pytest.approx(sacrebleu.corpus_bleu(hypotheses, [references], force=True).score, abs=1e-12)
    assert found["chrf"].value == pytest.approx(sacrebleu.corpus_chrf(hypotheses, [references]).score, abs=1e-12)
    assert found["ter"].value == pytest.approx(sacrebleu.corpus_ter(hypotheses, [references]).score, abs=1e-12)


def test_signatures_are_those_of_sacrebleu_with_the_interval_named_behind() -> None:
    hypotheses, references = noisy(12)
    found = score(hypotheses, references, samples=20, seed=9)
    bleu, chrf, ter = sacrebleu.metrics.BLEU(), sacrebleu.metrics.CHRF(), sacrebleu.metrics.TER()
    bleu.corpus_score(hypotheses, [references])
    chrf.corpus_score(hypotheses, [references])
    ter.corpus_score(hypotheses, [references])
    assert found["ter"].signature == f"{ter.get_signature()}|sentences:12|bootstrap:20|seed:9"
    assert found["bleu"].signature == f"{bleu.get_signature()}|sentences:12|bootstrap:20|seed:9"
    assert found["chrf"].signature == f"{chrf.get_signature()}|sentences:12|bootstrap:20|seed:9"
    assert "|tok:13a|" in found["bleu"].signature
    assert score(hypotheses, references)["bleu"].signature == f"{bleu.get_signature()}|sentences:12"


def test_the_published_scale_names_all_its_settings() -> None:
    signature = score(["Ein Hund."], ["Ein Hund."])["bleu_tok_lc"].signature
    settings = dict(part.split(":", 1) for part in signature.split("|"))
    assert settings.pop("sacremoses").count(".") >= 1
    assert settings.pop("version") == sacrebleu.__version__
    assert settings == {
        "nrefs": "1",
        "case": "lc",
        "eff": "no",
        "tok": "none",
        "smooth": "exp",
        "norm": "moses",
        "moses": "de",
        "escape": "yes",
        "sentences": "1",
    }


def test_the_published_scale_equals_scoring_tokens_written_by_hand() -> None:
    hypotheses = ["Ein Mann sagt: „Hallo, l'Hund“ & geht.", "Die grün-weiße Frau läuft los!"]
    references = ["Ein Mann sagt: „Hallo, Hund“ & geht weg.", "Die grün-weiße Frau läuft!"]
    by_hand = [
        ["ein mann sagt : &quot; hallo , l &apos; hund &quot; &amp; geht .", "die grün-weiße frau läuft los !"],
        ["ein mann sagt : &quot; hallo , hund &quot; &amp; geht weg .", "die grün-weiße frau läuft !"],
    ]
    tokenise, _ = moses("de")
    assert [[tokenise(text) for text in side] for side in (hypotheses, references)] == by_hand
    expected = sacrebleu.corpus_bleu(by_hand[0], [by_hand[1]], tokenize="none", force=True).score
    assert score(hypotheses, references)["bleu_tok_lc"].value == pytest.approx(expected)


def test_moses_rules_are_those_of_the_language() -> None:
    assert moses("fr")[0]("L'homme dit l'eau.") == "l&apos; homme dit l&apos; eau ."
    assert moses("en")[0]("The man's dog.") == "the man &apos;s dog ."
    assert moses("de")[1]["moses"] == "de"


@pytest.mark.parametrize(
    ("language", "shown"), [("xx-YY", "en(no rules for xx)"), ("", "en(no rules for an unnamed language)"), ("ko", "ko"), ("pt-BR", "pt")]
)
def test_a_language_without_moses_rules_gets_the_english_ones_and_says_so(language: str, shown: str) -> None:
    assert moses(language)[1]["moses"] == shown
    assert f"|moses:{shown}|" in score(["a b c"], ["a b c"], language=language)["bleu_tok_lc"].signature


def test_a_language_without_rules_is_tokenised_as_english() -> None:
    assert moses("xx")[0]("The man's dog.") == moses("en")[0]("The man's dog.")


@pytest.mark.parametrize(
    ("language", "tokeniser"), [("zh", "zh"), ("cmn", "zh"), ("yue", "zh"), ("ja", "char"), ("jpn", "char"), ("th", "char"), ("ko", "13a")]
)
def test_languages_written_without_spaces_are_tokenised_for_bleu(language: str, tokeniser: str) -> None:
    text = "一个男人在雪地里走路。"
    found = score([text], [text], language=language)["bleu"]
    assert f"|tok:{tokeniser}|" in found.signature
    assert found.value == pytest.approx(100.0 if tokeniser != "13a" else 0.0)


def test_intervals_contain_the_score_and_equal_plain_resampling_with_the_same_draws() -> None:
    hypotheses, references = noisy(40)
    found = score(hypotheses, references, samples=100, seed=5)
    metrics = {"bleu": sacrebleu.metrics.BLEU(force=True), "chrf": sacrebleu.metrics.CHRF(), "ter": sacrebleu.metrics.TER()}
    for name, metric in metrics.items():
        statistics = metric._extract_corpus_statistics(hypotheses, [references])
        values = plain_bootstrap(
            statistics, lambda sums, metric=metric: metric._compute_score_from_stats([int(x) for x in sums]).score, seed=5, samples=100
        )
        assert found[name].interval == pytest.approx(plain_interval(values))
    for one in found.values():
        assert one.interval[0] < one.value < one.interval[1]


def test_a_draw_scores_what_sacrebleu_scores_for_the_drawn_sentences() -> None:
    hypotheses, references = noisy(2)
    _, (low, high), _ = measured(bleu("de").metric, hypotheses, references, seed=1, samples=200)
    alone = [sacrebleu.corpus_bleu([hypotheses[i]] * 2, [[references[i]] * 2]).score for i in range(2)]
    assert (low, high) == pytest.approx((min(alone), max(alone)))


def test_no_sentence_at_all_scores_zero_without_an_interval() -> None:
    for one in score([], [], samples=100).values():
        assert (one.value, one.interval) == (0.0, None)
        assert one.signature.endswith("|sentences:0")


def test_empty_lines_are_scored_and_not_dropped() -> None:
    found = score(["", "Ein Hund läuft im Park"], ["Ein Mann", "Ein Hund läuft im Park"])
    assert 0 < found["bleu"].value < 100
    assert found["bleu"].signature.endswith("|sentences:2")
    empty = {name: one.value for name, one in score([""], ["Ein Mann"], samples=10).items()}
    assert empty == {"bleu": 0.0, "chrf": 0.0, "ter": 100.0, "bleu_tok_lc": 0.0, "exact": 0.0, "cer": 100.0, "wer": 100.0}


def test_of_edits_lower_is_better_and_of_no_other_score_of_text() -> None:
    references = ["Ein Mann hält zwei Hunde", "der Hunde im Park"]
    right, wrong = score(references, references), score(["Ein Hunde", "Schnee läuft. im !"], references)
    lower = {name for name in right if right[name].value < wrong[name].value}
    assert lower == {"ter", "cer", "wer"} == {name for name in right if lower_is_better(name)}


@pytest.mark.parametrize(("words", "scored"), [(TER_LONGEST, True), (TER_LONGEST + 1, False)])
@pytest.mark.parametrize(("language", "space"), [("de", " "), ("zh", "")])
def test_lines_that_are_too_long_to_search_for_shifts_leave_ter_out(words: int, scored: bool, language: str, space: str) -> None:
    for sides in ((["y"], [space.join("x" * words)]), ([space.join("x" * words)], ["y"])):
        assert ("ter" in score(*sides, language=language)) is scored


def test_ter_of_a_language_without_spaces_counts_signs() -> None:
    found = score(["一个男人在雪地里走。"], ["一个男人在雪地里走路。"], language="zh")["ter"]
    assert found.value == pytest.approx(100 / 11)
    assert "|norm:yes|punct:yes|asian:yes|" in found.signature


def test_sides_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match="^2 hypotheses but 1 references; they must be aligned one to one$"):
        score(["a", "b"], ["a"])


def test_bleu_on_moses_tokens_is_not_given_for_languages_that_moses_cannot_split() -> None:
    for language in ("zh", "cmn", "ja", "th"):
        assert "bleu_tok_lc" not in score(["你好"], ["你好"], language=language)
    assert "bleu_tok_lc" in score(["a"], ["a"], language="ko")


HYPOTHESES = ["Il dort bien ce soir .", "Elle lit un livre rouge ."]
ONE = ["Il dort bien cette nuit .", "Elle lit un livre rouge ."]
OTHER = ["Ce soir il dort bien .", "Elle lit le livre rouge ."]


def test_several_references_score_as_sacrebleu_scores_them() -> None:
    found = {one.name: one for one in translation_scores(HYPOTHESES, ONE, OTHER, language="fr", split="test", head="h", samples=0)}
    assert [round(found[name].value, 4) for name in ("bleu", "chrf", "ter")] == [66.9175, 82.4820, 8.3333]
    assert all(one.signature.startswith("nrefs:2|") for one in found.values())
    assert round(score(HYPOTHESES, ONE, language="fr")["bleu"].value, 4) == 65.3419


def test_references_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match="^2 hypotheses but 1 references"):
        translation_scores(HYPOTHESES, ONE, OTHER[:1], language="fr", split="test", head="h")
