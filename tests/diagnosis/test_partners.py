"""Words that go together, against Dice coefficients counted line by line."""

from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.limits import PARTNER, PARTNER_LINES
from seqtasks.diagnosis.partners import partners_of

lines = st.lists(st.tuples(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("xyz"), max_size=4)), max_size=12)


@given(lines)
def test_partners_are_those_whose_dice_coefficient_is_high_enough(pairs: list[tuple[list[str], list[str]]]) -> None:
    sources, references = [source for source, _ in pairs], [reference for _, reference in pairs]
    found = partners_of(sources, references)
    for word in "xyz":
        expected = set()
        for other in "abc":
            both = sum(other in source and word in reference for source, reference in pairs)
            apart = sum(other in source for source in sources) + sum(word in reference for reference in references)
            if both >= PARTNER_LINES and 2 * both / apart >= PARTNER:
                expected.add(other)
        assert found.get(word, frozenset()) == expected
