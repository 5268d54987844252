"""The page of tagged text: everything shown is escaped, labels stand as text, and what a model is unsure of is marked."""

import re

import pytest

from seqtasks.reports.entity_page import COLOURS, EntityPage, Marked, ShownWord


def words_of(text: str) -> list[ShownWord]:
    return [ShownWord(word, " ", "", None) for word in text.split()]


def plain(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


def test_an_entity_is_marked_over_its_words_with_its_label_as_text() -> None:
    page = EntityPage("Text", "about")
    html = page.sentence(words_of("Ann Lee sees Rome today"), {"ner": [Marked(3, 4, "LOC", None), Marked(0, 2, "PER", None)]})
    assert plain(html) == "Ann Lee PER sees Rome LOC today "
    assert re.findall(r'<mark class="(c\d)">', html) == ["c0", "c1"]
    assert "%" not in html
    assert page.counts == {"PER": 1, "LOC": 1}


def test_tags_stand_below_their_words_and_the_spaces_stay() -> None:
    words = [ShownWord("do", "", "AUX", 0.9), ShownWord("n't", "\u00a0 ", "PART", 0.49), ShownWord(".", "", "", None)]
    html = EntityPage("Text", "about").sentence(words, {})
    assert html == (
        '<p dir="auto"><span class="w" title="90 % sure">do<small>AUX</small></span>'
        '<span class="w unsure" title="49 % sure">n&#x27;t<small>PART</small></span>\u00a0 .</p>'
    )


def test_an_entity_that_is_unsure_is_told_apart_by_its_look_and_number() -> None:
    page = EntityPage("Text", "about")
    html = page.sentence(words_of("a b"), {"ner": [Marked(0, 1, "PER", 0.4), Marked(1, 2, "PER", 0.9999)]})
    assert re.findall(r'<mark class="(.*?)" title="(.*?)">', html) == [("c0 unsure", "40 % sure"), ("c0", "99 % sure")]
    assert plain(html) == "a PER 40 % b PER 99 % "


def test_several_heads_give_the_sentence_once_each_under_their_names() -> None:
    page = EntityPage("Text", "about")
    html = page.sentence(words_of("Ann sleeps"), {"ner": [Marked(0, 1, "PER", None)], "chunk": [Marked(1, 2, "VP", None)]})
    assert [plain(line) for line in html.split("\n")] == ["ner Ann PER sleeps ", "chunk Ann sleeps VP "]
    assert page.sentences == 1


def test_everything_is_escaped_and_nothing_is_fetched() -> None:
    page = EntityPage("<t>", "<a>")
    evil = '<script>"\x00'
    whole = page.opening()
    whole += page.sentence([ShownWord(evil, evil, evil, 0.5)], {evil: [Marked(0, 1, evil, 0.5)], "x": []}) + page.closing()
    assert "<script" not in whole
    assert "\x00" not in whole
    assert "default-src 'none'" in whole
    assert "http" not in re.sub("http-equiv", "", whole)
    assert whole.count("<html") == whole.count("</html>") == whole.count("</body>") == whole.count("<main>") == whole.count("</main>") == 1
    assert whole.count("<div") == whole.count("</div>")
    assert whole.count("<span") == whole.count("</span>")


def test_the_end_counts_sentences_and_labels_and_colours_begin_anew_after_the_last() -> None:
    page = EntityPage("Text", "about")
    labels = [f"L{number}" for number in range(COLOURS + 1)]
    page.sentence(words_of("w " * len(labels)), {"ner": [Marked(number, number + 1, label, None) for number, label in enumerate(labels)]})
    assert re.findall(r"(L\d)</span></mark> (\d)", page.closing()) == [(label, "1") for label in labels]
    assert ">1 sentence<" in page.closing()
    assert f'<mark class="c0"><span class="label">{labels[-1]}' in page.closing()
    page.sentence(words_of("w"), {})
    assert "2 sentences" in page.closing()


@pytest.mark.parametrize(
    ("marks", "told"),
    [([(0, 2), (1, 3)], "1 to 3"), ([(0, 4)], "0 to 4"), ([(1, 1)], "1 to 1"), ([(-1, 1)], "-1 to 1")],
)
def test_entities_that_overlap_or_reach_beyond_the_words_are_refused(marks: list[tuple[int, int]], told: str) -> None:
    with pytest.raises(ValueError, match=rf"^entity {told} overlaps another or reaches beyond 3 words$"):
        EntityPage("Text", "about").sentence(words_of("a b c"), {"ner": [Marked(start, end, "X", None) for start, end in marks]})
