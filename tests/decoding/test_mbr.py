import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.mbr import UTILITIES, expected_utilities

TEXTS = st.lists(st.text("abcde .,-é", max_size=14), min_size=1, max_size=6)
SENTENCE_SCORES = {
    "chrf": lambda text, reference: sacrebleu.sentence_chrf(text, [reference]).score,
    "bleu": lambda text, reference: sacrebleu.sentence_bleu(text, [reference]).score,
}


@settings(deadline=None, max_examples=40)
@given(texts=TEXTS, utility=st.sampled_from(sorted(UTILITIES)), data=st.data())
def test_expected_utility_is_the_weighted_mean_of_sacrebleus_sentence_scores(texts, utility, data):
    weights = data.draw(st.lists(st.floats(0.01, 1), min_size=len(texts), max_size=len(texts)))
    found = expected_utilities(texts, utility=utility, weights=weights)
    for text, value in zip(texts, found, strict=True):
        scores = [SENTENCE_SCORES[utility](text, other) for other in texts]
        assert value == pytest.approx(sum(w * score for w, score in zip(weights, scores, strict=True)) / sum(weights), abs=1e-6)


def test_bleu_counts_the_words_of_the_language():
    """13a takes a Chinese sentence for one word, so that no two sentences have anything in common."""
    texts = ["狗看见花园里的船。", "狗看见花园里的一艘船。", "面包师找到了港口。"]
    tokenize = sacrebleu.BLEU(tokenize="zh", effective_order=True).tokenizer
    scores = [[sacrebleu.sentence_bleu(text, [other], tokenize="zh").score for other in texts] for text in texts]
    assert expected_utilities(texts, utility="bleu", tokenize=tokenize) == pytest.approx([sum(row) / 3 for row in scores], abs=1e-6)
    assert scores[0][1] > scores[0][2]


def test_what_comes_more_often_is_worth_more():
    texts = ["the dog sees", "the dog sees", "a lamp", "the dog saw"]
    found = expected_utilities(texts, utility="chrf")
    assert found[0] == found[1] == max(found)
    assert expected_utilities(texts, utility="chrf", weights=[0, 0, 1, 0])[2] == pytest.approx(100)
    assert expected_utilities([], utility="bleu") == []


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="^2 texts need as many weights from 0 on, not all of them 0$"):
        expected_utilities(["a", "b"], utility="chrf", weights=weights)
