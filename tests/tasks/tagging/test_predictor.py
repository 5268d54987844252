"""A finished run in Python: raw text to words with places, tags, confidences and entities; words as they are given."""

import math

import pytest

import seqtasks
from seqtasks.errors import RecipeError, UsageError
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.tasks.tagging import predictor as predictor_module
from seqtasks.tasks.tagging.answers import TaggedLine
from seqtasks.tasks.tagging.predictor import TaggingPredictor, sentences_of
from tests.miniature.runs import done
from tests.miniature.sentences import tagged

TEXT = "Mara doesn't see  the dog, in Tessel.\tWhy?"
WORDS = ["Mara", "does", "n't", "see", "the", "dog", ",", "in", "Tessel", ".", "Why", "?"]


def predictor_of(finished, task: str) -> TaggingPredictor:
    predictor = seqtasks.load(finished(task))
    assert isinstance(predictor, TaggingPredictor)
    return predictor


@pytest.fixture
def pysbd() -> None:
    """The package that splits sentences, of the extra `text`."""
    pytest.importorskip("pysbd")


@pytest.mark.parametrize("task", ["pos", "ner", "multitask"])
def test_raw_text_gives_words_with_their_places_and_tags(finished, task: str) -> None:
    predictor = predictor_of(finished, task)
    answer = predictor.tag(TEXT)
    assert list(answer.words) == WORDS == [TEXT[start:end] for start, end in answer.offsets or ()]
    assert (answer.text, answer.line, answer.start, answer.confidences) == (TEXT, 1, 0, {})
    (alike,) = predictor.tag_words([WORDS])
    assert alike.tags == answer.tags == predictor.tag_words([["a"], WORDS])[1].tags
    assert (alike.text, alike.offsets) == (None, None)
    assert predictor.tag_words([]) == predictor.tag_lines([]) == []


@pytest.mark.parametrize("task", ["pos", "ner", "multitask"])
def test_confidences_stand_beside_the_same_tags(finished, task: str) -> None:
    predictor = predictor_of(finished, task)
    batch = [sentence.words for sentence in tagged(6, seed=2)]
    sure = predictor.tag_words([*batch, []], confidences=True)
    assert [answer.tags for answer in sure] == [answer.tags for answer in predictor.tag_words([*batch, []])]
    for words, answer in zip(batch, sure, strict=False):
        alone = predictor.tag_words([words], confidences=True)[0]
        for head in predictor.data:
            assert answer.confidences[head] == pytest.approx(alone.confidences[head], abs=1e-5)
            assert answer.confidences[head] == predictor.tagger.tag_with_confidence([*batch, []], head)[1][batch.index(words)]


def test_entities_are_the_spans_of_tags_with_text_places_and_their_own_confidence() -> None:
    tags = {"upos": ["A"] * 5, "ner": ["B-PER", "I-PER", "O", "I-LOC", "B-LOC"]}
    sure = {"upos": [0.1] * 5, "ner": [0.9, 0.7, 0.99, 0.6, 0.8]}
    text = "Ann  Lee's Rome-Oslo"
    offsets = [(0, 3), (5, 8), (8, 10), (11, 15), (16, 20)]
    words = tuple(text[start:end] for start, end in offsets)
    spans = {"ner": [0.65, 0.5, 0.25]}
    (found,) = TaggedLine(words, tags, sure, text, offsets, schemes={"ner": "BIO"}, span_confidences=spans).entities.values()
    assert [(entity.label, entity.start, entity.end, entity.text, entity.offsets, entity.confidence) for entity in found] == [
        ("PER", 0, 2, "Ann  Lee", (0, 8), 0.65),
        ("LOC", 3, 4, "Rome", (11, 15), 0.5),
        ("LOC", 4, 5, "Oslo", (16, 20), 0.25),
    ]
    (bare,) = TaggedLine(words, tags, schemes={"ner": "BIO"}).entities.values()
    assert [(entity.text, entity.offsets, entity.confidence) for entity in bare][0] == ("Ann Lee", None, None)
    assert TaggedLine(words, tags).entities == {}


def test_ranked_tags_have_the_entities_that_they_mean() -> None:
    ranked = {"ner": [(["B-PER", "O"], math.log(0.5)), (["O", "O"], math.log(0.25))], "upos": [(["A", "B"], 0.0)]}
    found = TaggedLine(("Ann", "ran"), {"ner": ["B-PER", "O"], "upos": ["A", "B"]}, schemes={"ner": "BIO"}, ranked=ranked).k_best
    assert [path.probability for path in found["ner"]] == pytest.approx([0.5, 0.25])
    assert [[(entity.label, entity.text, entity.confidence) for entity in path.entities] for path in found["ner"]] == [
        [("PER", "Ann", None)],
        [],
    ]
    assert [(path.tags, path.entities) for path in found["upos"]] == [(["A", "B"], [])]
    assert TaggedLine(("a",), {"upos": ["A"]}).k_best == {}


@pytest.mark.parametrize("task", ["pos", "multitask"])
def test_the_k_best_come_for_every_head_in_a_list_or_a_stream(finished, task: str) -> None:
    predictor = predictor_of(finished, task)
    both = predictor.tag_words([WORDS, []], k_best=3)
    streamed = list(predictor.stream([" ".join(WORDS), ""], tokens=True, k_best=3))
    assert [answer.k_best for answer in streamed] == [answer.k_best for answer in both]
    assert list(both[0].k_best) == list(predictor.data)
    for head, paths in both[0].k_best.items():
        assert [path.tags for path in paths][0] == both[0].tags[head]
        assert len({tuple(path.tags) for path in paths}) == len(paths) == 3
        assert [path.log_probability for path in paths] == sorted((path.log_probability for path in paths), reverse=True)
    assert all([(path.tags, path.probability) for path in paths] == [([], 1.0)] for paths in both[1].k_best.values())
    with pytest.raises(UsageError, match=r"^k_best is 0\. Ask for 1 sequence of tags or more\.$"):
        predictor.tag_words([WORDS], k_best=0)


def test_only_heads_with_a_tag_scheme_have_entities(finished) -> None:
    assert predictor_of(finished, "pos").tag_words([WORDS])[0].entities == {}
    assert list(predictor_of(finished, "multitask").tag_words([WORDS])[0].entities) == ["ner"]


def test_words_are_split_as_the_recipe_says_or_as_is_asked_for(finished) -> None:
    predictor = predictor_of(finished, "pos")
    assert predictor.language == "en"
    assert predictor.tag("don't l'eau").words == ("do", "n't", "l'eau")
    assert predictor.tag("don't l'eau", language="").words == ("don't", "l'eau")
    assert predictor.tag("don't l'eau", language="fr").words == ("don't", "l'", "eau")
    assert [answer.words for answer in predictor.stream(["don't", "can't"], language="da")] == [("don't",), ("can't",)]


def test_sentences_are_answered_by_themselves_with_their_places(finished, pysbd) -> None:
    predictor = predictor_of(finished, "multitask")
    found = predictor.tag_lines([f"  {TEXT}"], split_sentences=True)
    assert [(answer.text, answer.start) for answer in found] == [("Mara doesn't see  the dog, in Tessel.", 2), ("Why?", 40)]
    assert [answer.tags for answer in found] == [predictor.tag(answer.text or "").tags for answer in found]
    streamed = list(predictor.stream(["One. Two.", " ", TEXT], split_sentences=True, chunk=2))
    assert [(answer.line, answer.start, answer.text) for answer in streamed] == [
        (1, 0, "One."),
        (1, 5, "Two."),
        (2, 0, " "),
        (3, 0, "Mara doesn't see  the dog, in Tessel."),
        (3, 38, "Why?"),
    ]
    assert all(answer.words == tuple((answer.text or "")[start:end] for start, end in answer.offsets or ()) for answer in streamed)


def test_a_sentence_without_end_is_answered_in_pieces(pysbd) -> None:
    words = ["the", "old", "dog"] * (2 * predictor_module.LONGEST_PIECE // 3) + ["and", "a", "boat"]
    line = " ".join(words)
    found = list(sentences_of([line], "en", split=True))
    assert [len(piece.words) for piece in found] == [predictor_module.LONGEST_PIECE] * 2 + [len(words) % predictor_module.LONGEST_PIECE]
    assert [line[piece.start : piece.start + len(piece.text or "")] for piece in found] == [piece.text for piece in found]
    assert [word for piece in found for word in piece.words] == words


def test_what_is_held_at_a_time_is_bounded_in_lines_and_in_words(finished, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = predictor_of(finished, "pos")
    held: list[int] = []
    answers = predictor.answers
    monkeypatch.setattr(predictor, "answers", lambda some, **asked: held.append(len(some)) or answers(some, **asked))
    monkeypatch.setattr(predictor_module, "CHUNK_WORDS", 10)
    lines = ["a b c d"] * 5 + [""] * 7 + ["a " * 30, "b"]
    whole = list(predictor.stream(lines, chunk=5))
    assert held == [3, 5, 5, 1]
    assert [list(answer.words) for answer in whole] == [line.split() for line in lines]


def test_what_does_not_go_together_is_refused(finished) -> None:
    predictor = predictor_of(finished, "pos")
    with pytest.raises(UsageError, match=r"^--tokens takes each line as one sentence; leave out --split-sentences\.$"):
        next(predictor.stream(["a"], tokens=True, split_sentences=True))
    for ask in (lambda: predictor.tag("a", language="eng"), lambda: next(predictor.stream(["a"], language="eng"))):
        with pytest.raises(UsageError, match=r"^language 'eng' is no code of two small letters\."):
            ask()


@pytest.mark.parametrize(("task", "head"), [("pos", "upos"), ("ner", "ner")])
@pytest.mark.usefixtures("miniature", "plain_figures")
def test_a_hidden_markov_model_answers_as_a_network_does(task: str, head: str) -> None:
    done("run", task, "hmm", "--out", "hmm")
    predictor = seqtasks.load("hmm")
    assert isinstance(predictor, TaggingPredictor)
    answer = predictor.tag(TEXT, confidences=True)
    assert answer.words == tuple(WORDS)
    assert answer.tags == predictor.tag_words([WORDS])[0].tags
    assert all(0 <= sure <= 1 for sure in answer.confidences[head])
    assert list(answer.entities) == (["ner"] if head == "ner" else [])
    assert all(0 < (entity.confidence or 0) <= 1 for entities in answer.entities.values() for entity in entities)
    paths = predictor.tag(TEXT, k_best=4).k_best[head]
    assert paths[0].tags == answer.tags[head]
    assert 1 >= paths[0].probability >= paths[-1].probability > 0
    assert done("predict", "hmm", "--format", "jsonl", "--confidence", input=f"{TEXT}\n\n".encode()).stdout.count("\n") == 2


def test_a_language_that_is_no_code_is_a_fault_of_the_recipe() -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe(load_recipe("pos", overrides=["data.language=english"]).recipe)
    assert str(caught.value).endswith(
        "data.language: language 'english' is no code of two small letters. Give one such as 'en', or leave it out."
    )
