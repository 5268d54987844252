"""Layers that compute and know no task: embeddings, backbones, attention, decoders, the linear chain and the CRF."""

from seqtasks.nn.attention import ATTENTIONS, AdditiveAttention, Attention, DotAttention, GeneralAttention, Memory, masked_softmax
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.bridge import Bridge
from seqtasks.nn.characters import CharacterLSTM
from seqtasks.nn.convolution import IteratedConvolutions
from seqtasks.nn.crf import CRF, FreeSteps
from seqtasks.nn.decoders import AttentionDecoder, DecoderState, PlainDecoder
from seqtasks.nn.dropout import LockedDropout, WordDropout
from seqtasks.nn.embeddings import CharacterCNN, ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.nn.encoded import Encoded, summary
from seqtasks.nn.highway import Highway
from seqtasks.nn.recurrent import Bidirectional, Directional, Stack
from seqtasks.nn.self_attention import Attended, SelfAttention
from seqtasks.nn.transformer import Transformer

__all__ = [
    "ATTENTIONS",
    "AdditiveAttention",
    "Attended",
    "Attention",
    "AttentionDecoder",
    "BACKBONES",
    "Bidirectional",
    "Bridge",
    "CRF",
    "CharacterCNN",
    "CharacterLSTM",
    "DecoderState",
    "Directional",
    "DotAttention",
    "Encoded",
    "FreeSteps",
    "GeneralAttention",
    "Highway",
    "IteratedConvolutions",
    "LockedDropout",
    "Memory",
    "PlainDecoder",
    "SelfAttention",
    "ShapeEmbedding",
    "Stack",
    "TokenEmbedder",
    "Transformer",
    "WordDropout",
    "WordEmbedding",
    "masked_softmax",
    "summary",
]
