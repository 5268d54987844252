"""Layers that compute and know no task: embeddings, backbones, attention, decoders, the linear chain and the CRF."""

from seqtasks.nn.attention import ATTENTIONS, AdditiveAttention, Attention, DotAttention, GeneralAttention, Memory, masked_softmax
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.bridge import Bridge
from seqtasks.nn.crf import CRF
from seqtasks.nn.decoders import AttentionDecoder, DecoderState, PlainDecoder
from seqtasks.nn.dropout import LockedDropout, WordDropout
from seqtasks.nn.embeddings import CharacterCNN, TokenEmbedder, WordEmbedding
from seqtasks.nn.encoded import Encoded, summary
from seqtasks.nn.recurrent import Bidirectional, Directional, Stack

__all__ = [
    "ATTENTIONS",
    "AdditiveAttention",
    "Attention",
    "AttentionDecoder",
    "BACKBONES",
    "Bidirectional",
    "Bridge",
    "CRF",
    "CharacterCNN",
    "DecoderState",
    "Directional",
    "DotAttention",
    "Encoded",
    "GeneralAttention",
    "LockedDropout",
    "Memory",
    "PlainDecoder",
    "Stack",
    "TokenEmbedder",
    "WordDropout",
    "WordEmbedding",
    "masked_softmax",
    "summary",
]
