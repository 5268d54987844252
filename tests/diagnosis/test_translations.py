"""Each fault is found where it was planted and nowhere else; what a reader would call right is never a fault."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.faults import FAULTS
from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.translations import Diagnosis, diagnose
from tests.diagnosis.planted import clean, diagonal, even

SOURCE = "The old baker sees a small white boat near the harbour today."
REFERENCE = "Le vieux boulanger voit un petit canot blanc près du port aujourd'hui."
RIGHT = TranslatedLine(SOURCE, REFERENCE, REFERENCE)
WORDS = SOURCE.rstrip(".").split() + ["."]
LOOPS = "Le vieux boulanger voit un petit canot blanc et voit un petit canot aujourd'hui."
LONG = f"{REFERENCE[:-1]} quand il va seul vers la belle maison de sa tante."
MIXED = "Le old baker voit un small white boat près du port aujourd'hui."
UNRELATED = "Mes sœurs chantent toujours sous une pluie froide."

PLANTED = [
    ("repetition", {"translation": "Le vieux vieux boulanger voit un petit canot blanc près du port aujourd'hui."}, '"vieux" 2 times'),
    ("repetition", {"translation": REFERENCE.replace("un petit canot", "un petit un petit canot")}, '"un petit" 2 times'),
    ("repetition", {"translation": REFERENCE.replace("petit canot", "petit, petit, petit canot")}, '"petit ,"'),
    (
        "repetition",
        {"translation": LOOPS},
        '"voit un petit canot" 2 times',
    ),
    ("truncation", {"translation": "Le vieux boulanger voit."}, "4 words, 13 in the reference"),
    ("truncation", {"translation": ""}, "0 words, 13 in the reference"),
    ("truncation", {"translation": "..."}, "0 words, 13 in the reference"),
    ("truncation", {"translation": "Le vieux boulanger voit un petit canot blanc près du"}, 'ends with "du"'),
    ("over-length", {"finished": False, "translation": f"{REFERENCE} Le"}, "not ended at the length limit: 14 words, 13 in the reference"),
    ("cut at the limit", {"finished": False}, f"cut at {len(REFERENCE)} characters, {len(REFERENCE)} in the reference"),
    ("cut at the limit", {"finished": False, "translation": REFERENCE[:30]}, f"cut at 30 characters, {len(REFERENCE)} in the reference"),
    (
        "over-length",
        {"translation": LONG},
        "24 words, 13 in the reference",
    ),
    (
        "copied source",
        {"translation": MIXED},
        "copied: old, baker, small, white, boat",
    ),
    ("copied source", {"translation": SOURCE}, "copied: the, old, baker, sees, a ..."),
    ("unrelated output", {"translation": UNRELATED}, "likeness 0.0"),
    ("unrelated output", {"translation": UNRELATED, "attention": even(WORDS)}, "entropy of attention 1.00"),
    (
        "unrelated output",
        {"translation": UNRELATED, "attention": diagonal(WORDS, dropped=tuple(range(8)))},
        "62 % of the source ignored",
    ),
    ("dropped words", {"attention": diagonal(WORDS, dropped=(2, 6, 12))}, "not looked at: baker, white"),
    ("unknown words in the output", {"unknown_output": 2}, "2 unknown tokens"),
    ("unknown words in the output", {"unknown_output": 1}, "1 unknown token"),
    ("unknown words in the source", {"unknown_source": ("harbour", "ж")}, "unknown: harbour, ж"),
]
MAY_COME_WITH = {"unrelated output": {"dropped words", "truncation"}}


def lines_of(found: Diagnosis) -> dict[str, int]:
    return {fault.name: fault.lines for fault in found.faults if fault.lines}


@pytest.mark.parametrize(("fault", "change", "text"), PLANTED, ids=lambda value: str(value)[:40])
def test_a_planted_fault_is_found_and_the_lines_around_it_are_not(fault: str, change: dict, text: str) -> None:
    lines = [*clean(), replace(RIGHT, **change), *clean()]
    found = diagnose(lines)
    (hit,) = [one for one in found.faults if one.name == fault]
    assert (hit.lines, found.lines, found.faulty) == (1, 121, 1)
    assert hit.share == pytest.approx(100 / 121)
    (example,) = hit.examples
    assert example.line == 61
    assert example.found.startswith(text) or text in example.found
    assert (example.source, example.reference, example.translation) == (SOURCE, REFERENCE, lines[60].translation)
    assert set(lines_of(found)) <= {fault} | MAY_COME_WITH.get(fault, set())


def test_clean_translations_have_no_fault() -> None:
    assert lines_of(diagnose([*clean(), RIGHT])) == {}
    assert lines_of(diagnose([replace(line, attention=diagonal(line.source.split())) for line in clean()])) == {}


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=6))
def test_no_text_that_equals_its_reference_has_a_fault_of_its_words(texts: list[tuple[str, str]]) -> None:
    assert lines_of(diagnose([TranslatedLine(source, reference, reference) for source, reference in texts])) == {}


FINE = [
    ("The man in the red hat and the woman in the red hat sing.", "L'homme au chapeau rouge et la femme au chapeau rouge chantent.", ""),
    ("It was very, very cold.", "Il faisait très, très froid.", "Il faisait vraiment très froid."),
    ("We wash our hands.", "Nous nous lavons les mains.", "On se lave les mains."),
    ("Stop!!! He said: no, no, no.", "Stop !!! Il dit : non, non, non.", "Arrête ! Il a dit non."),
    ('He told me "come".', "Il m'a dit « viens ».", "Il me dit : « Viens. »"),
    ("Anna Wood met John Hill in Paris.", "Anna Wood a rencontré John Hill à Paris.", "À Paris, Anna Wood rencontra John Hill."),
    ("Thanks!", "Merci bien !", "Je vous remercie de tout mon cœur !"),
    ("!", "!", "!"),
]


@pytest.mark.parametrize(("source", "translation", "reference"), FINE)
def test_translations_that_only_differ_from_the_reference_are_no_fault(source: str, translation: str, reference: str) -> None:
    usual = TranslatedLine("We talk to each other.", "Nous nous parlons.", "Nous nous parlons.")
    found = diagnose([*clean(), usual, TranslatedLine(source, translation, reference or translation)])
    assert lines_of(found) == {}


def test_words_that_the_model_never_looks_at_are_not_dropped() -> None:
    attention = diagonal(WORDS, dropped=(2, 6))
    never = replace(attention, reference=attention.coverage)
    unknown = replace(attention, reference=())
    for some in (never, unknown):
        assert "dropped words" not in lines_of(diagnose([replace(RIGHT, attention=some)]))


def test_an_unlike_output_that_looked_at_its_source_is_not_called_unrelated() -> None:
    line = replace(RIGHT, translation=UNRELATED, attention=diagonal(WORDS))
    assert "unrelated output" not in lines_of(diagnose([*clean(), line]))


def test_dropped_words_are_looked_for_only_where_attention_is_known() -> None:
    without, found = diagnose(clean()), diagnose([replace(RIGHT, attention=diagonal(WORDS))])
    assert (without.attention, found.attention) == (False, True)
    assert [fault.name for fault in without.faults] == [name for name in FAULTS if name != "dropped words"]
    assert [fault.name for fault in found.faults] == list(FAULTS)


def test_lines_with_a_blank_side_are_not_looked_at() -> None:
    lines = [TranslatedLine("", "a a a", "b"), TranslatedLine("b", "a a a", " "), replace(RIGHT, unknown_output=1)]
    found = diagnose(lines)
    assert (found.lines, found.faulty) == (1, 1)
    assert [example.line for fault in found.faults for example in fault.examples] == [3]
    assert diagnose([]) == Diagnosis(
        0, 0, False, tuple(replace(fault, lines=0, share=0.0, to_try=(), examples=()) for fault in diagnose(clean()).faults)
    )


def test_the_three_worst_examples_come_worst_first_and_equal_ones_in_order() -> None:
    counts = [1, 4, 2, 4, 3]
    found = diagnose([replace(RIGHT, unknown_output=count) for count in counts])
    (fault,) = [fault for fault in found.faults if fault.lines]
    assert [example.line for example in fault.examples] == [2, 4, 5]
    assert (fault.lines, fault.share) == (5, 100.0)


def test_only_settings_that_fit_are_to_be_tried_and_only_for_faults_that_occur() -> None:
    lines = [replace(RIGHT, unknown_output=1), replace(RIGHT, finished=False, translation=f"{RIGHT.reference} Le")]
    tried = {
        fault.name: fault.to_try for fault in diagnose(lines, fits=lambda setting: "text.min_count" not in setting).faults if fault.to_try
    }
    assert tried == {
        "over-length": ("decoding.block_ngrams=4", "decoding.length_penalty=none"),
        "unknown words in the output": ("text.tokenizer=bpe",),
    }
    assert {fault.name: fault.to_try for fault in diagnose(lines).faults}["over-length"] == CAUSES["over-length"].settings


def test_every_fault_has_a_cause_and_a_definition() -> None:
    assert list(CAUSES) == list(FAULTS)
    assert all(find.__doc__ for find in FAULTS.values())
