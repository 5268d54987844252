"""Remedies that need no training, tried on lines of dev: another setting of the search, before it is said to help."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.trials import MeasuredFaults, Trial
from seqtasks.inference.translator import Translation, Translator
from seqtasks.recipes.load import override
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.corpora.examples import SentencePair

LINES = 200  # of dev, spread evenly: a search for each setting, of a second or two
SEARCH = "decoding."

LinesOf = Callable[[Translator, Sequence[SentencePair], Sequence[Translation]], list[TranslatedLine]]


def tried_on(
    dev: Sequence[SentencePair], wanted: Mapping[str, Sequence[str]], translator: Translator, lines_of: LinesOf
) -> dict[str, list[Trial]]:
    """{fault: trials of its settings of [decoding]} on up to LINES pairs of dev, each setting searched with once, whatever faults want it.

    wanted: {fault: settings, "KEY=VALUE"}, which the recipe can take. Nothing is tried of a search that draws samples.
    """
    settings = list(dict.fromkeys(one for some in wanted.values() for one in some if one.startswith(SEARCH)))
    if not settings or not len(dev) or translator.settings.samples:
        return {}
    pairs = [dev[place] for place in sorted({*np.linspace(0, len(dev) - 1, LINES).round().astype(int).tolist()})]

    def measured(searcher: Translator) -> MeasuredFaults:
        found = [best[0] for best in searcher.translate([pair.source for pair in pairs])]
        return MeasuredFaults.of(lines_of(searcher, pairs, found))

    before = measured(translator)
    after = {setting: measured(with_setting(translator, setting)) for setting in settings}
    return {
        fault: [Trial.between(fault, setting, before, after[setting]) for setting in some if setting in after]
        for fault, some in wanted.items()
    }


def with_setting(translator: Translator, setting: str) -> Translator:
    """The translator with another search, of a setting "decoding.KEY=VALUE" that it can take."""
    tables = {"decoding": translator.settings.model_dump(exclude_none=True)}
    override(tables, [setting])
    changed = DecodingSettings.model_validate(tables["decoding"])
    return Translator(translator.model, translator.assets, changed, translator.device, language=translator.language)
