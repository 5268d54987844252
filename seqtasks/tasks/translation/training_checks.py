"""What of a translation recipe's ways to train does not fit."""

from seqtasks.evaluation.bleu import TRANSLATION_METRICS
from seqtasks.evaluation.metrics import TRANSLATIONS
from seqtasks.registry import known_parts
from seqtasks.tasks.selection import selection_faults
from seqtasks.tasks.translation.recipe import TranslationRecipe


def training_faults(recipe: TranslationRecipe) -> list[str]:
    """Subwords that the tokenizer cannot draw, and objectives that do not go together."""
    text, training, faults = recipe.text, recipe.training, []
    for key, rate, kind in (("dropout", text.dropout, "bpe"), ("sampling", text.sampling, "unigram")):
        if rate and text.tokenizer != kind:
            other = f" Subwords of kind {text.tokenizer!r} have text.{OTHER[text.tokenizer]}." if text.tokenizer in OTHER else ""
            faults.append(
                f"text.{key} draws the pieces of a {kind!r} tokenizer, but text.tokenizer = {text.tokenizer!r}.{other} Leave it out."
            )
    sampled = training.scheduled_sampling != "none"
    for used, keys, way in (
        (training.objective == "risk", ("risk_samples", "risk_alpha"), "training.objective = 'risk'"),
        (sampled, ("sampling_half", "sampling_most"), "training.scheduled_sampling"),
    ):
        unused = [] if used else training.changed(*keys)
        faults += [f"training.{key} has no meaning without {way}. Set that, or leave it out." for key in unused]
    if training.r_drop and not any((recipe.backbone.dropout, recipe.backbone.recurrent_dropout, recipe.decoder.dropout)):
        faults.append("training.r_drop compares two passes with different dropout, but every dropout is 0. Set one, or leave it out.")
    if training.objective == "risk" and training.r_drop:
        faults.append("training.r_drop compares likelihoods, but training.objective = 'risk'. Set it to 0.")
    if training.objective == "risk" and sampled:
        faults.append("training.scheduled_sampling changes what a likelihood is given, but training.objective = 'risk'. Set it to 'none'.")
    if training.r_drop and sampled:
        faults.append("training.r_drop compares two passes over one input; training.scheduled_sampling makes two of it. Choose one.")
    return faults + selection_faults(training.select_by, [*OF_TOKENS, *known_parts(TRANSLATION_METRICS, TRANSLATIONS)])


def guide_faults(recipe: TranslationRecipe) -> list[str]:
    """Guided attention without an attention, a likelihood or fixed subwords; and its keys without it."""
    training = recipe.training
    if not training.guided_attention:
        keys = training.changed("guided_updates", "guided_loss")
        return [f"training.{key} has no meaning without guided attention. Set training.guided_attention, or leave it out." for key in keys]
    faults = []
    if recipe.decoder.attention == "none":
        faults.append("training.guided_attention needs an attention; decoder.attention is 'none'. Set one of the two.")
    if training.objective != "likelihood":
        faults.append(f"training.guided_attention has no meaning for training.objective = {training.objective!r}. Set it to 0.")
    if recipe.data.context:
        faults.append(f"training.guided_attention aligns single sentences, but data.context = {recipe.data.context}. Set one to 0.")
    if recipe.text.dropout or recipe.text.sampling:
        faults.append("training.guided_attention needs subwords that stay; text.dropout and text.sampling draw them. Choose one.")
    return faults


OF_TOKENS = ("loss", "accuracy", "last")  # what weights are selected by without a search
OTHER = {"bpe": "dropout", "unigram": "sampling"}
