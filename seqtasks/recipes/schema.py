"""What a recipe may say. Each table is one small frozen class; an unknown, missing or mistyped key is an error that names it.

These are the tables that kinds of task share; the whole recipe of each kind stands with its task (`seqtasks.tasks.table.TASKS`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveFloat

from seqtasks.recipes.tables import NonNegative, NonNegativeInt, Offered, PositiveInt, Rate, Several, Share, Table

Files = str | list[str]

BACKBONES = Offered(
    "seqtasks.backbones",
    ("rnn", "birnn", "gru", "bigru", "lstm", "bilstm", "dilated_bilstm", "bilstm_attention", "transformer", "convolution"),
)
ATTENTIONS = Offered("seqtasks.attentions", ("none", "additive", "dot", "scaled", "general", "location", "coverage"))
HEADS = Offered("seqtasks.heads", ("softmax", "crf", "layered", "spans"))
READERS = Offered("seqtasks.readers", ("conllu", "columns", "jsonl", "csv", "brat"))
PAIRS = Offered("seqtasks.pair_readers", ("parallel", "tsv", "csv", "tmx"))
AUTHORS = {"bahdanau": "additive", "luong": "general"}  # attentions that other toolkits call after those who wrote of them


def attention_name(value: Any) -> Any:
    """The name of an attention for that of its author; everything else as it is."""
    return AUTHORS.get(value, value) if isinstance(value, str) else value


class ParallelData(Table):
    """[data] of a translation recipe."""

    # where the parts lie: a published corpus (in `--data-dir`, or else in the cache), `"sample/NAME"` for a folder of the bundled
    # sample, or nothing for paths as they stand
    corpus: str = ""
    format: Annotated[str, PAIRS] = "parallel"  # two files, line for line, or one file: `tsv`, `csv`, or `tmx` (translation memories)
    source: str  # code of the source language; also the ending of the source files
    target: str  # code of the target language; also the ending of the target files, and the language of the Moses rules for `bleu_tok_lc`
    source_column: int | str = 0  # of formats with columns: the source's, by its name in the header or its number from 0
    target_column: int | str = 1  # the target's, likewise
    options: dict[str, Any] | None = None  # [data.options]: what a part of another package takes beyond these keys
    train: Files  # training part: a stem (`train` with source `en` is train.en or train.en.gz), two files, or one file of pairs
    dev: Files = ""  # what weights are selected on, where there is a test part too
    test: Files = ""  # what is reported
    test_unseen: Files = ""  # a second test part, reported beside the first
    max_length: PositiveInt = 100  # training pairs with a longer side (in tokens) are left out, and counted
    context: NonNegativeInt = 0  # sentences before it in its document that a source is read with; blank lines end documents
    train_fraction: Share = 1.0  # of the training pairs; a smaller share stands within every larger one (learning curves)


class TaggedData(Table):
    """[data] of a tagging recipe, or of one of its tasks.

    format "conllu" reads `layer` (upos, xpos, feats, ...); "columns" and "csv" read `tag_column` beside `word_column`; "jsonl" reads tags
    or spans, "brat" spans.
    scheme: the tag scheme of entity tags in the file; IOB1 and IO are read as BIO, BILOU and BMES as BIOES. "nested": all spans of a JSONL
    file, also those that lie in others; their tags are BIO tags in layers, outermost first, joined by "+". None for tags that are not
    spans (POS).
    """

    # where the parts lie: a published corpus (in `--data-dir`, or else in the cache), `"sample/NAME"` for a folder of the bundled
    # sample, or nothing for paths as they stand
    corpus: str = ""
    # the reader: CoNLL-U, columns, JSON (lines or a list), CSV with a header, or brat's folders
    format: Annotated[str, READERS]
    # which tags. In CoNLL-U the column (`upos`, `xpos`, `lemma`, `feats`, `deprel`, `misc:KEY`); elsewhere a name of your own. The
    # head of a single-task recipe is called after it
    layer: str
    # the tag scheme of entity tags, or `nested`: every span of a JSONL file, also those in others; absent for
    # tags of single words
    scheme: Literal["BIO", "IOB1", "BIOES", "IO", "BILOU", "BMES", "nested"] | None = None
    offsets: Literal["auto", "words", "characters"] = "auto"  # what the offsets of a JSONL file's spans count; "auto": what they fit
    max_words: NonNegativeInt = 0  # sentences with more words are cut at full stops; 0: none is, and those above 1,000 are noted
    label_names: list[str] = []  # of tags that a JSONL file gives as numbers, from 0
    # column of the words, from 0 (negative ones count from the end), or of CSV its name; left out: the first, or of CSV by the header
    word_column: int | str | None = None
    tag_column: int | str | None = None  # column of the tags, likewise; left out: the last, or of CSV by the header
    sentence_column: int | str | None = None  # of CSV: the column that says which sentence a word is of; left out: by the header
    # what stands between columns; `auto` takes tabs where the first row has one, and of CSV what parts the header
    separator: Literal["auto", "tab", "space", "comma", "semicolon"] = "auto"
    language: str = ""  # "en", "fr", ...: raw text given to `predict` is split into words as that language does; "" as all languages do
    train: Files  # training part: one file
    dev: Files = ""  # what weights are selected on, where there is a test part too
    test: Files = ""  # what is reported
    test_unseen: Files = ""  # a second test part, reported beside the first
    options: dict[str, Any] | None = None  # [data.options]: what a part of another package takes beyond these keys
    train_fraction: Share = 1.0  # of the training sentences; a smaller share stands within every larger one (learning curves)


class PlainText(Table):
    """[data] of a language model's recipe: text files, gzipped or not, with a sentence a line. Blank lines are left out.

    corpus: a folder of --data-dir or of the cache, "sample/NAME" for a bundled one, "" for paths as they stand. A part may be a list.
    """

    # where the parts lie: a published corpus (in `--data-dir`, or else in the cache), `"sample/NAME"` for a folder of the bundled
    # sample, or nothing for paths as they stand
    corpus: str = ""
    context: Literal["sentence", "text"] = "sentence"  # a word is predicted from those before it in its sentence, or in the whole text
    train: Files  # training part: a text file, or a list of them
    dev: Files = ""  # what weights are selected on, where there is a test part too
    test: Files = ""  # what is reported
    test_unseen: Files = ""  # a second test part, reported beside the first


class TokenSettings(Table):
    """[text]: how lines become tokens. size is the number of subwords, or the most tokens of another kind."""

    tokenizer: str = "bpe"  # `bpe`, `unigram`, `word`, `whitespace`, `character`, or `torchtext:NAME`
    # number of subwords, in translation for each side unless `joint`; for the other tokenizers the most tokens of the vocabulary
    size: Annotated[int, Field(ge=1, le=10**6)] = 4000
    min_count: PositiveInt = 1  # tokens seen less often in training are unknown
    lowercase: bool = False  # lower-case every line. The output is then lower-cased too


class TextSettings(TokenSettings):
    """[text] of a translation recipe. size counts for each side, unless joint."""

    joint: bool = False  # one vocabulary for both languages
    dropout: Rate = 0.0  # BPE: share of merges that training passes over, drawn anew in each epoch (BPE dropout), such as 0.1; 0: none
    sampling: Annotated[float, Field(ge=0, le=1)] = (
        0.0  # unigram: training draws pieces by their probability to this power, such as 0.2; 0: the best ones
    )


class WordSettings(Table):
    """[words] of a tagging recipe: the vocabulary and the embedding of whole words."""

    size: PositiveInt  # size of a word's vector. With `vectors` it must be theirs
    min_count: PositiveInt = 1  # words seen less often in training are unknown
    max_size: PositiveInt | None = None  # largest number of words in the vocabulary, the most frequent ones
    dropout: Rate = 0.0  # share of words shown as unknown in training
    rare_dropout: Rate = 0.0  # the same share of words seen once in training; of words seen n times this / n, but never below dropout
    shapes: NonNegativeInt = 0  # size of an embedding of how words are written: lower, Title, UPPER, digits, ...; 0 leaves it out
    vectors: str = ""  # pretrained vectors: a file (text, word2vec's or fastText's binary), or a name such as "glove.6B.100d"
    frozen: bool = False  # do not train the word vectors; words without one share the row of unknown words


class CharacterSettings(Table):
    """[characters] of a tagging recipe: a character CNN or LSTM beside the word embedding; kind "none" leaves it out."""

    kind: Literal["cnn", "lstm", "none"] = "cnn"  # the character network, or none
    size: PositiveInt = 32  # size of a character's vector
    filters: PositiveInt = 64  # features of a word, from each width of the CNN; of an LSTM half of them from each direction
    width: PositiveInt = 3  # characters that the CNN sees at a time
    widths: list[PositiveInt] = []  # of further convolutions beside that one, such as [2, 5]


class BackboneSettings(Table):
    """[backbone]: which encoder: rnn, birnn, gru, bigru, lstm, bilstm, dilated_bilstm, bilstm_attention, transformer, convolution,
    or a name from an entry point.

    hidden_size is per direction, where there are directions. A convolution runs one block `layers` times.
    """

    kind: Annotated[str, BACKBONES]  # the network; `bi...` reads in both directions
    hidden_size: PositiveInt  # size of a state, per direction: a two-way backbone's states are twice as large
    layers: Several = 1  # number of layers
    dropout: Rate = 0.0  # locked dropout of the embedding and between layers
    residual: bool = False  # recurrent layers of equal size add their input to their output
    highway: bool = False  # recurrent layers add their input, through a gate
    # longest distance in words that an LSTM or GRU begins with remembering: gates of its units from 1 to so many words (Tallec and
    # Ollivier 2018); 0: forget gates begin with bias 1
    chrono: NonNegativeInt = 0
    recurrent_dropout: Rate = 0.0  # share of recurrent weights that each batch of the training goes without
    heads: PositiveInt = 4  # of self-attention; they divide hidden_size
    inner_size: NonNegativeInt = 0  # of a Transformer's feed-forward parts; 0: four times hidden_size
    options: dict[str, Any] | None = None  # [backbone.options]: what a part of another package takes beyond these keys


class DecoderSettings(Table):
    """[decoder] of a translation recipe. attention "none" is the plain encoder-decoder with one context vector."""

    # `lstm` or `gru`; `cgru`: two GRUs around the attention (Sennrich et al. 2017); `transformer` or `convolution`:
    # rivals without a recurrent network
    kind: Literal["lstm", "gru", "cgru", "transformer", "convolution"] = "lstm"
    # how the decoder looks at the source, or `none`. dot and scaled need `hidden_size` equal to the
    # size of the encoder's states
    attention: Annotated[str, BeforeValidator(attention_name), ATTENTIONS]
    hidden_size: PositiveInt  # size of the decoder's states
    attention_size: PositiveInt = 256  # of the hidden layer of additive, location and coverage attention; heads share it
    normaliser: Literal["softmax", "sparsemax", "entmax15", "topk"] = "softmax"  # energies to weights; all but softmax give exact zeros
    top_k: PositiveInt = 5  # words that normaliser "topk" keeps
    window: Literal["none", "local-m", "local-p"] = "none"  # only words around one place: the target word's number, or one predicted
    window_size: PositiveInt = 5  # words seen on each side of that place
    heads: PositiveInt = 1  # attentions side by side, each on its own projection; they divide hidden_size and the size of the states
    hierarchical: bool = False  # words within each sentence of the document, then sentences; needs data.context
    layers: Several = 1  # number of layers
    attend: Literal["top", "first"] = "top"  # the layer whose state asks; what the first one finds joins the input of each layer above
    residual: bool = False  # layers above the first add their input to their output
    input_feeding: bool = False  # join the last output to the next input (Luong et al. 2015, 3.3). Slower in training
    inner_size: NonNegativeInt = 0  # of a Transformer's feed-forward parts; 0: four times hidden_size
    width: PositiveInt = 3  # tokens that each layer of a convolutional decoder sees, the last one read among them
    dropout: Rate = 0.0  # locked dropout of the embedded inputs, between layers and of the outputs
    embedding_size: PositiveInt  # size of the target embedding
    options: dict[str, Any] | None = None  # [decoder.options]: what a part of another package takes beyond these keys
    tied: bool = True  # the output layer shares the target embedding, and with [text] joint the source's too


class NeighbourSettings(Table):
    """[head.language_model]: neighbouring words as a second thing that the trunk learns (Rei 2017, who has weight 0.1)."""

    weight: NonNegative = 0.0  # of the loss of each word's two neighbours beside the head's, such as 0.1; 0: they are not learned
    vocabulary: NonNegativeInt = 7500  # the most frequent words are told apart, all others are one; 0: all words of the vocabulary are
    size: PositiveInt = 50  # of the hidden layer between the trunk's states and the words


class HeadSettings(Table):
    """[head] of a tagging recipe. layer: which backbone layer it reads, -1 the top one; weight: of its loss."""

    # softmax labels each word on its own; crf labels the sentence and never leaves a tag that the scheme forbids; layered and spans
    # are for nested entities
    kind: Annotated[str, HEADS]
    dropout: Rate = 0.0  # locked dropout of the states that the head reads
    layer: int = -1  # which layer of the backbone the head reads, from 0; -1 is the top one
    weight: PositiveFloat = 1.0  # weight of the head's loss beside those of other heads
    private_layers: Annotated[int, Field(ge=0, le=1000)] = 0  # BiLSTM layers of this head alone, between that layer and the head
    private_size: PositiveInt = 100  # their hidden size, per direction
    hmm: Rate = 0.0  # share in the answers of an HMM tagger that is fitted beside the network, such as 0.5; training goes without it
    tag_scheme: Literal["BIO", "IOB1", "BIOES"] | None = None  # to train and answer in; None: the file's. Scores and files keep the file's
    crossing: bool = False  # heads of nested spans: answers may cross; if not, a span that crosses a more wanted one is left out
    options: dict[str, Any] | None = None  # [head.options]: what a part of another package takes beyond these keys
    constrained: bool = False  # a softmax head answers the best sequence that the scheme allows; a CRF does so in any case
    language_model: NeighbourSettings = NeighbourSettings()


class DecodingSettings(Table):
    """[decoding] of a translation recipe. A translation has at most length_ratio x source tokens + length_extra tokens."""

    beams: Several = 5  # beams of the search; 1 is greedy
    length_penalty: Literal["none", "average", "wu"] = "average"  # what a log-probability is divided by
    alpha: Annotated[float, Field(ge=0, le=10)] = 1.0  # exponent of the length penalty
    length_ratio: Annotated[float, Field(gt=0, le=100)] = 1.5  # longest translation, in target tokens for each source token
    length_extra: Annotated[int, Field(ge=0, le=1000)] = 10  # tokens allowed beyond that
    coverage_penalty: NonNegative = 0.0  # weight of a penalty on source words with little attention: 0.01 with "average", 0.2 with "wu"
    block_ngrams: NonNegativeInt = 0  # no n-gram of that many tokens comes twice in a translation; 0: they may
    min_length: Annotated[int, Field(ge=0, le=1000)] = 0  # fewest tokens of a translation
    samples: Annotated[int, Field(ge=0, le=1000)] = 0  # draw so many translations of a line instead of searching the best; 0: search
    temperature: PositiveFloat = 1.0  # of samples: below 1 they are more alike, above 1 more different
    top_k: NonNegativeInt = 0  # of samples: each token is one of the k most probable; 0: any
    top_p: Share = 1.0  # of samples: each token is one of the most probable that make up this share of the probability
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1  # of samples
    mbr: Literal["none", "chrf", "bleu"] = "none"  # choose what is most like the other samples, or the other results of the beams
    shortlist: Annotated[int, Field(ge=0, le=100)] = 0  # answers hold only so many translations of each source word, such as 50; 0: any
    shortlist_frequent: NonNegativeInt = 300  # and so many of the most frequent target words
    replace_unknown: bool = False  # an unknown word becomes the dictionary entry of the source word it looked at, or that word itself
    batch_tokens: PositiveInt = 4000  # source positions decoded together; divided by the beams or samples
    dev_beams: Several = 1  # beams after each epoch, where `training.select_by` is `bleu`


class WritingSettings(Table):
    """[decoding] of a language model's recipe: how it writes on from a beginning, by drawing token after token."""

    length: Annotated[int, Field(ge=1, le=100_000)] = 100  # most tokens that are written after the beginning
    samples: Several = 1  # so many are drawn from each beginning; text shows the first
    temperature: PositiveFloat = 1.0  # below 1 what is written is more alike, above 1 more different
    top_k: NonNegativeInt = 0  # each token is one of the k most probable; 0: any
    top_p: Share = 1.0  # each token is one of the most probable that make up this share of the probability
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1  # of what is drawn


class Recipe(Table):
    """What every recipe says: of which kind of task it is, and in one line what it is for. Each kind adds its own tables."""

    kind: str  # what kind of task the recipe is of
    summary: str = ""  # one line, shown by `seqtasks recipes list`
