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
    assert re.findall(r'<mark class="(e\d)">', html) == ["e0", "e1"]
    assert "%" not in html
    assert page.counts == {"PER": 1, "LOC": 1}


def test_tags_stand_below_their_words_and_the_spaces_stay() -> None:
    words = [ShownWord("do", "", "AUX", 0.9), ShownWord("n't", "\u00a0 ", "PART", 0.49), ShownWord(".", "", "", None)]
    html = EntityPage("Text", "about").sentence(words, {})
    assert html == (
        '<p dir="auto"><span class="w" title="90 % sure">do<small>AUX</small></span>'
        '<span class="w unsure" title="49 % sure">n&#39;t<small>PART</small></span>\u00a0 .</p>'
    )


def test_an_entity_that_is_unsure_is_told_apart_by_its_look_and_number() -> None:
    page = EntityPage("Text", "about")
    html = page.sentence(words_of("a b"), {"ner": [Marked(0, 1, "PER", 0.4), Marked(1, 2, "PER", 0.9999)]})
    assert re.findall(r'<mark class="(.*?)" title="(.*?)">', html) == [("e0 unsure", "40 % sure"), ("e0", "99 % sure")]
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
    assert f'<mark class="e0"><span class="label">{labels[-1]}' in page.closing()
    page.sentence(words_of("w"), {})
    assert "2 sentences" in page.closing()


def test_an_entity_in_another_is_drawn_inside_it_and_outer_ones_get_larger_boxes() -> None:
    page = EntityPage("Text", "about")
    marks = [Marked(1, 2, "C", None), Marked(0, 3, "A", 0.4), Marked(0, 2, "B", None)]
    html = page.sentence(words_of("a b c d"), {"ner": marks})
    assert plain(html) == "a b C B c A 40 % d "
    assert html == (
        '<p dir="auto" class="nested"><mark class="e0 over2 unsure" title="40 % sure"><mark class="e1 over1">a '
        '<mark class="e2"><span class="last">b <span class="label">C<small></small></span></span></mark> '
        '<span class="label">B<small></small></span></mark> c <span class="label">A<small> 40 %</small></span></mark> d </p>'
    )
    assert page.counts == {"A": 1, "B": 1, "C": 1}


def test_labels_of_one_place_and_of_the_last_word_stand_in_each_other_and_the_space_after_them_outside() -> None:
    html = EntityPage("Text", "about").sentence(words_of("a b c"), {"ner": [Marked(0, 2, "X", None), Marked(0, 2, "Y", None)]})
    assert plain(html) == "a b Y X c "
    assert html.endswith("</mark> c </p>")
    deep = [Marked(0, end, "X", None) for end in range(9, 0, -1)]
    assert set(re.findall(r"over\d", EntityPage("Text", "about").sentence(words_of("w " * 9), {"ner": deep}))) == {
        "over1",
        "over2",
        "over3",
    }


def test_entities_that_cross_are_drawn_on_a_further_line_of_the_same_words() -> None:
    page = EntityPage("Text", "about")
    html = page.sentence(words_of("a b c"), {"ner": [Marked(0, 2, "X", None), Marked(1, 3, "Y", None), Marked(1, 2, "Z", None)]})
    assert [plain(line) for line in html.split("\n")] == ["a b Z X c ", "a b c Y "]
    assert page.counts == {"X": 1, "Y": 1, "Z": 1}
    assert page.sentences == 1


@pytest.mark.parametrize(("mark", "told"), [((0, 4), "0 to 4"), ((1, 1), "1 to 1"), ((-1, 1), "-1 to 1")])
def test_entities_that_reach_beyond_the_words_are_refused(mark: tuple[int, int], told: str) -> None:
    with pytest.raises(ValueError, match=rf"^entity {told} reaches beyond 3 words$"):
        EntityPage("Text", "about").sentence(words_of("a b c"), {"ner": [Marked(*mark, "X", None)]})
