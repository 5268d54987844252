"""Layers that compute and know no task: embeddings, backbones, attention, decoders, the linear chain and the CRF."""

from seqtasks.nn.attention import (
    ATTENTIONS,
    AdditiveAttention,
    AnyAttention,
    Attention,
    AttentionOverTime,
    CoverageFeatures,
    DotAttention,
    GeneralAttention,
    LocationFeatures,
    Memory,
)
from seqtasks.nn.attention_weights import (
    NORMALISERS,
    WINDOWS,
    AttentionWeights,
    MonotonicWindow,
    PredictedWindow,
    entmax15,
    masked_softmax,
    sparsemax,
    top_k,
)
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.biases import set_chrono_biases, set_forget_biases
from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.composed_attention import HierarchicalAttention, MultiHeadAttention
from seqtasks.nn.convolution import IteratedConvolutions
from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.crf import CRF, ConstrainedChain
from seqtasks.nn.decoders import AttentionDecoder, CachedState, Decoder, DecoderState, PlainDecoder, RowState
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder, GNMTDecoder
from seqtasks.nn.dropout import LockedDropout, WordDropout
from seqtasks.nn.encoded import Bridge, Encoded, summary
from seqtasks.nn.pooling import POOLINGS, AttentionPooling, LastState, MaxPooling, MeanPooling
from seqtasks.nn.recurrent import BidirectionalLayer, Highway, RecurrentLayer, RecurrentStack
from seqtasks.nn.replay import LayerTrace, replay_backbone, replay_module
from seqtasks.nn.replay_decoders import replay_decoder
from seqtasks.nn.transformer import SelfAttention, SelfAttentionOnTop, Transformer
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.text.tags import LegalTransitions, legal_transitions

__all__ = [
    "ATTENTIONS",
    "AdditiveAttention",
    "AnyAttention",
    "Attention",
    "AttentionDecoder",
    "AttentionOverTime",
    "AttentionPooling",
    "AttentionWeights",
    "BACKBONES",
    "BidirectionalLayer",
    "Bridge",
    "CRF",
    "CachedState",
    "CharacterCNN",
    "CharacterLSTM",
    "ConditionalGRUDecoder",
    "ConstrainedChain",
    "ConvolutionDecoder",
    "CoverageFeatures",
    "Decoder",
    "DecoderState",
    "DotAttention",
    "Encoded",
    "GNMTDecoder",
    "GeneralAttention",
    "HierarchicalAttention",
    "Highway",
    "IteratedConvolutions",
    "LastState",
    "LayerTrace",
    "LegalTransitions",
    "LocationFeatures",
    "LockedDropout",
    "MaxPooling",
    "MeanPooling",
    "Memory",
    "MonotonicWindow",
    "MultiHeadAttention",
    "NORMALISERS",
    "POOLINGS",
    "PlainDecoder",
    "PredictedWindow",
    "RecurrentLayer",
    "RecurrentStack",
    "RowState",
    "SelfAttention",
    "SelfAttentionOnTop",
    "ShapeEmbedding",
    "TokenEmbedder",
    "Transformer",
    "TransformerDecoder",
    "WINDOWS",
    "WordDropout",
    "WordEmbedding",
    "entmax15",
    "legal_transitions",
    "masked_softmax",
    "replay_backbone",
    "replay_decoder",
    "replay_module",
    "set_chrono_biases",
    "set_forget_biases",
    "sparsemax",
    "summary",
    "top_k",
]
