"""Clean translations of invented sentences."""

from __future__ import annotations

from seqtasks.diagnosis.lines import TranslatedLine
from tests.miniature.sentences import pairs

CLEAN = [(english.capitalize(), french.capitalize()) for english, _, french in pairs(60, seed=4)]


def clean() -> list[TranslatedLine]:
    """Sixty lines that are translated as the reference says."""
    return [TranslatedLine(english, french, french) for english, french in CLEAN]
