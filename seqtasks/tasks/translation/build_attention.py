"""The attention of a translation recipe: its kind, normaliser and window, as heads, and over words and sentences."""

from collections.abc import Callable

from seqtasks.errors import RecipeError
from seqtasks.nn.attention import ATTENTIONS, AnyAttention, Attention
from seqtasks.nn.attention_weights import NORMALISERS, WINDOWS, AttentionWeights
from seqtasks.nn.composed_attention import HierarchicalAttention, MultiHeadAttention
from seqtasks.recipes.schema import DecoderSettings
from seqtasks.registry import find_part
from seqtasks.tasks.translation.checks import EQUAL_SIZES, size_faults


def build_attention(settings: DecoderSettings, *, memory_size: int) -> AnyAttention:
    """The attention of a decoder over states of memory_size: one, or several heads on projections of their own."""
    query_size, heads = settings.hidden_size, settings.heads
    if faults := size_faults(settings, memory_size=memory_size):
        raise RecipeError(faults)
    if heads == 1:
        return build_levels(settings, query_size=query_size, memory_size=memory_size)
    alike = settings.attention in EQUAL_SIZES  # such heads project their queries to the size of their keys
    head_sizes = {"query_size": (memory_size if alike else query_size) // heads, "memory_size": memory_size // heads}
    parts = [build_levels(settings, **head_sizes) for _ in range(heads)]
    return MultiHeadAttention(query_size=query_size, memory_size=memory_size, heads=parts)


def build_levels(settings: DecoderSettings, *, query_size: int, memory_size: int) -> AnyAttention:
    """One attention, or one for words and one for sentences."""
    levels = [build_scored(settings, query_size=query_size, memory_size=memory_size) for _ in range(2 if settings.hierarchical else 1)]
    return HierarchicalAttention(words=levels[0], segments=levels[1]) if settings.hierarchical else levels[0]


def build_scored(settings: DecoderSettings, *, query_size: int, memory_size: int) -> Attention:
    """An attention of the kind asked for, with its normaliser and window where these are not softmax over all words."""
    builder: Callable[..., Attention] = find_part(ATTENTIONS, settings.attention, "seqtasks.attentions")
    options = settings.options or {}
    hidden_size = max(1, settings.attention_size // settings.heads)
    if settings.normaliser == "softmax" and settings.window == "none":
        return builder(query_size=query_size, memory_size=memory_size, hidden_size=hidden_size, **options)
    window = WINDOWS[settings.window](query_size=query_size, reach=settings.window_size) if settings.window != "none" else None
    attention_weights = AttentionWeights(normaliser=NORMALISERS[settings.normaliser](settings.top_k), window=window)
    return builder(query_size=query_size, memory_size=memory_size, hidden_size=hidden_size, attention_weights=attention_weights, **options)
