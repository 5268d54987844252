"""Unknown words of a translation, replaced by what their source word means (Luong et al. 2015, "rare word problem")."""

from __future__ import annotations

from collections.abc import Sequence

from seqtasks.align.lexicon import Lexicon


def replace_unknown(
    target: Sequence[str], source: Sequence[str], positions: Sequence[int], *, unknown: str, lexicon: Lexicon | None
) -> list[str]:
    """The target tokens, each one that is `unknown` replaced by the lexicon's entry for its source token, or by that token itself.

    positions: the source position that each target token looks at most; one outside of the source (the end of sentence, -1) leaves the
    token as it is. Raises ValueError unless there is one for each target token.
    """
    if len(positions) != len(target):
        raise ValueError(f"{len(target)} target tokens but {len(positions)} positions")
    replaced = []
    for token, position in zip(target, positions, strict=True):
        if token == unknown and 0 <= position < len(source):
            token = (lexicon.entry(source[position]) if lexicon is not None else None) or source[position]
        replaced.append(token)
    return replaced
