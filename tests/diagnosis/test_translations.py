"""Each fault is found where it was planted and nowhere else; what a reader would call right is never a fault."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.faults import EXPLAINS, FAULTS
from seqtasks.diagnosis.lines import TranslatedLine, Words
from seqtasks.diagnosis.translations import Diagnosis, diagnose
from seqtasks.diagnosis.trials import Trial
from seqtasks.diagnosis.verdict import Verdict
from tests.diagnosis.planted import clean

SOURCE = "The old baker sees a small white boat near the harbour today."
REFERENCE = "Le vieux boulanger voit un petit canot blanc près du port aujourd'hui."
RIGHT = TranslatedLine(SOURCE, REFERENCE, REFERENCE)
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
    ("wrong word", {"translation": REFERENCE.replace("boulanger", "facteur")}, '"facteur" for "boulanger"'),
    ("wrong form", {"translation": REFERENCE.replace("petit", "petite")}, '"petite" for "petit"'),
    ("missing word", {"translation": REFERENCE.replace(" blanc", "")}, '"blanc"'),
    ("invented word", {"translation": REFERENCE.replace("canot", "canot rapide")}, '"rapide"'),
    ("wrong order", {"translation": REFERENCE.replace("un petit canot blanc", "blanc un petit canot")}, '"blanc"'),
    ("unknown words in the output", {"unknown_output": 2}, "2 unknown tokens"),
    ("unknown words in the output", {"unknown_output": 1}, "1 unknown token"),
    ("unknown words in the source", {"unknown_source": ("harbour", "ж"), "translation": LOOPS}, "unknown: harbour, ж"),
]
MAY_COME_WITH = {
    "repetition": {"wrong word"},
    "cut at the limit": {"wrong word", "wrong form"},
    "over-length": {"wrong word"},
    "unknown words in the source": {"repetition", "wrong word"},
}


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
    assert lines_of(diagnose([*clean(), replace(RIGHT, finished=False), replace(RIGHT, unknown_source=("ж",))])) == {}


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=6))
def test_no_text_that_equals_its_reference_has_a_fault_of_its_words(texts: list[tuple[str, str]]) -> None:
    assert lines_of(diagnose([TranslatedLine(source, reference, reference) for source, reference in texts])) == {}


@given(st.text("abc .", max_size=20), st.text("abc .", min_size=1, max_size=20))
def test_a_line_that_is_not_near_its_reference_always_has_a_fault(translation: str, reference: str) -> None:
    line = TranslatedLine("x", translation, reference)
    found = diagnose([line])
    if found.lines and not Words(line).near:
        assert found.faulty == 1


FINE = [
    ("The man in the red hat and the woman in the red hat sing.", "L'homme au chapeau rouge et la femme au chapeau rouge chantent.", ""),
    ("It was very, very cold.", "Il faisait très, très froid.", ""),
    ("Stop!!! He said: no, no, no.", "Stop !!! Il dit : non, non, non.", "Stop ! Il dit « non, non, non »."),
    ("THE BOAT IS NEW", "LE CANOT EST NEUF", "Le canot est neuf"),
    ("!", "!", "!"),
]


@pytest.mark.parametrize(("source", "translation", "reference"), FINE)
def test_translations_with_the_words_of_their_reference_have_no_fault(source: str, translation: str, reference: str) -> None:
    usual = TranslatedLine("We talk to each other.", "Nous nous parlons.", "Nous nous parlons.")
    found = diagnose([*clean(), usual, TranslatedLine(source, translation, reference or translation)])
    assert lines_of(found) == {}


def test_nonsense_is_never_called_faultless() -> None:
    lines = [replace(line, translation="Les cuisiniers ont dit que la danse a commencé.") for line in clean()]
    found = diagnose(lines)
    assert (found.lines, found.faulty, found.near) == (60, 60, 0)
    assert found.verdict is not None
    assert found.verdict.name == "undertrained"


def bakeries(wrong: str) -> list[TranslatedLine]:
    """Lines in which "bread" is "pain" or "miche", and a last one whose reference has "pain", translated with another word."""
    source, target = "He eats bread today with his old friends", "Il mange du pain avec ses vieux amis aujourd'hui"
    known = [TranslatedLine(source, said, said) for said in (target, target.replace("pain", "miche")) * 3]
    return [*clean(), *known, TranslatedLine(source, target.replace("pain", wrong), target)]


def test_a_synonym_that_the_part_has_for_the_source_word_is_no_fault_of_a_near_line() -> None:
    assert lines_of(diagnose(bakeries("miche"))) == {}
    assert lines_of(diagnose(bakeries("canot"))) == {"wrong word": 1}
    assert lines_of(diagnose(bakeries("gâteau"))) == {"wrong word": 1}


def test_small_words_may_differ_in_a_near_line_and_not_in_another() -> None:
    often = [TranslatedLine(f"w{number} a", f"de w{number}", f"de w{number}") for number in range(100)]
    near = TranslatedLine("b c d e f g h i j k", "bb cc dd ee ff gg hh ii jj kk", "bb cc dd ee ff gg hh ii jj kk de")
    assert lines_of(diagnose([*often, near])) == {}
    far = TranslatedLine("b c d", "bb cc", "bb cc de de de")
    assert lines_of(diagnose([*often, far])) == {"missing word": 1}


def test_what_a_fault_explains_is_not_named_beside_it() -> None:
    for name, translation in [("unrelated output", UNRELATED), ("copied source", SOURCE), ("truncation", "Le vieux boulanger voit.")]:
        found = lines_of(diagnose([*clean(), replace(RIGHT, translation=translation)]))
        assert name in found
        assert not set(found) & set(EXPLAINS[name])


def test_the_worst_lines_are_those_of_the_lowest_chrf_with_their_faults() -> None:
    bad = [replace(RIGHT, translation=text) for text in (LOOPS, UNRELATED, "Le vieux boulanger voit.")]
    found = diagnose([*clean(), *bad])
    assert [(line.line, line.found) for line in found.worst] == [
        (62, "unrelated output"),
        (63, "truncation"),
        (61, "repetition, wrong word"),
    ]
    assert [line.chrf for line in found.worst] == sorted(line.chrf for line in found.worst)
    assert found.worst[0].chrf == Words(bad[1]).chrf


def test_lines_with_a_blank_side_are_not_looked_at() -> None:
    lines = [TranslatedLine("", "a a a", "b"), TranslatedLine("b", "a a a", " "), replace(RIGHT, unknown_output=1)]
    found = diagnose(lines)
    assert (found.lines, found.faulty) == (1, 1)
    assert [example.line for fault in found.faults for example in fault.examples] == [3]
    empty = tuple(replace(fault, lines=0, share=0.0, to_try=(), examples=()) for fault in diagnose(clean()).faults)
    assert diagnose([]) == Diagnosis(0, 0, 0, 0, 0.0, 0.0, None, (), empty)


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


def test_a_setting_that_a_trial_tells_of_is_no_longer_one_that_may_help() -> None:
    trial = Trial("decoding.block_ngrams=4", 200, (9, 3), (50.0, 51.0))
    silent = Trial("decoder.attention=coverage", 200, (0, 0), (50.0, 51.0))
    asked: list[dict] = []

    def trials(wanted: dict) -> dict:
        asked.append(wanted)
        return {"repetition": [trial, silent]}

    found = diagnose([*clean(), replace(RIGHT, translation=LOOPS)], trials=trials)
    (fault,) = [fault for fault in found.faults if fault.name == "repetition"]
    assert asked[0]["repetition"] == CAUSES["repetition"].settings
    assert set(asked[0]) == {"repetition", "wrong word"}
    assert (fault.trials, fault.to_try) == ((trial,), ("decoder.attention=coverage",))


def test_the_verdict_is_told_of_words_that_training_lacks() -> None:
    seen = {word for line in [*clean(), RIGHT] for word in Words(line).source}
    lines = [line for line in clean() if "canot" in line.reference]
    elsewhere = [replace(one, source=f"{one.source} yacht", translation=one.translation.replace("canot", "cheval")) for one in lines]
    found = diagnose(clean(), seen=seen, elsewhere=elsewhere)
    assert found.verdict is not None
    assert found.verdict.name == "good on seen words only"
    assert diagnose(clean(), elsewhere=elsewhere).verdict == Verdict(
        "good", "0.0 % of the 60 lines have a fault; the median F1 of their words is 100 %."
    )


def test_every_fault_has_a_cause_and_a_definition() -> None:
    assert list(CAUSES) == list(FAULTS)
    assert all(find.__doc__ for find in FAULTS.values())
