"""[training] of the recipes of networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from seqtasks.recipes.tables import NonNegative, NonNegativeInt, PositiveInt, Rate, Several, Share, Table


class TrainingSettings(Table):
    """[training]. batch_tokens counts padded positions; select_by says what "best on dev" means."""

    epochs: PositiveInt  # passes over the training part
    batch_tokens: PositiveInt  # largest number of padded positions of a batch; a longer sentence is a batch of its own
    sort_window: PositiveInt = 4000  # sentences that are sorted by length together
    optimizer: Literal["adam", "adamw", "sgd"] = "adamw"  # `adamw`, `adam` or `sgd`
    learning_rate: PositiveFloat  # the highest rate; the schedule scales it
    weight_decay: NonNegative = 0.0  # of all parameters alike
    momentum: Rate = 0.0  # of sgd
    betas: Annotated[list[Rate], Field(min_length=2, max_length=2)] = [0.9, 0.98]  # of adam and adamw
    # how the rate goes after the warm-up.
    schedule: Literal["constant", "linear", "cosine", "inverse_square_root"] = "cosine"
    warmup_updates: NonNegativeInt = 0  # updates over which the rate rises from almost 0
    clip_norm: NonNegative = 1.0  # largest norm of the gradient; 0 does not clip
    label_smoothing: Rate = 0.0  # share of the target's probability spread over all labels. Not for CRF heads
    ema: Rate = 0.0  # decay of an average of the weights, which is then what is scored and saved, such as 0.999; 0: none
    average_checkpoints: NonNegativeInt = 0  # the mean weights of the best so many epochs are kept (the last with select_by "last")
    accumulate: PositiveInt = 1  # batches an update is made of, with the gradient of one that holds all their words
    patience: NonNegativeInt = 0  # epochs without a better value on the selection part before training stops; 0 never stops early
    select_by: str = "loss"  # what the kept weights are best at on dev: loss, accuracy, f1 or another score; last: none are chosen
    checkpoint_every: NonNegativeInt = 0  # updates between checkpoints within an epoch; 0 saves after epochs only
    keep_checkpoints: PositiveInt = 2  # how many of the newest checkpoints stay on disk
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1  # of the first weights, dropout and the order of batches
    # of training's forward passes. `auto` takes bf16 where the device is fast at it
    precision: Literal["float32", "bf16", "auto"] = "float32"


class TranslationTraining(TrainingSettings):
    """[training] of a translation recipe."""

    objective: Literal["likelihood", "risk"] = "likelihood"  # risk fine-tunes (--from) on the expected fault of sampled translations
    r_drop: NonNegative = 0.0  # weight of the divergence between two passes with different dropout (R-Drop), such as 1 to 5; 0: one pass
    scheduled_sampling: Literal["none", "linear", "exponential", "inverse_sigmoid"] = "none"  # how own words replace given ones
    sampling_half: PositiveInt = 5000  # scheduled sampling: the update at which half of the words that the decoder reads are its own
    sampling_most: Share = 0.5  # scheduled sampling: but never more than this share
    guided_attention: NonNegative = 0.0  # weight of a loss that draws attention to the links of a word aligner, trained on the same pairs
    guided_updates: NonNegativeInt = 0  # guided attention: the update at which its weight has fallen to 0, evenly; 0: it stays
    guided_loss: Literal["cross_entropy", "squared"] = "cross_entropy"  # guided attention: how far weights are from links
    risk_samples: Several = 8  # risk: translations drawn of each sentence; batch_tokens counts all of them
    risk_alpha: PositiveFloat = 0.005  # risk: how sharp the model's probabilities over them are made
