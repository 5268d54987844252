"""A language model and neighbouring words by hand: one word at a time, one sentence at a time."""

import torch


def log_probs_by_hand(model, sentence, *, bos, before=()):
    """log p of each token of a sentence (its end among them) given <bos>, the tokens before it, and the sentences in `before`."""
    read = [token for row in before for token in (bos, *row[:-1])]
    found = []
    for place, token in enumerate(sentence):
        ids_1S = torch.tensor([[*read, bos, *sentence[:place]]])
        embedded_1SE = model.trunk.embedder.words.table(ids_1S)
        state_H = model.trunk.backbone(embedded_1SE, torch.ones_like(ids_1S, dtype=torch.bool)).output[0, -1]
        found.append(torch.log_softmax(model.output(state_H), dim=0)[token])
    return torch.stack(found)


def neighbour_loss_by_hand(module, states_SH, words, *, size):
    """- sum log p(next word) - sum log p(word before) of one sentence (Rei 2017, equations 8 to 11). states_SH: forward half first."""
    known = [word if word < size else module.unknown for word in words]
    total = torch.zeros(())
    for place in range(len(words) - 1):
        hidden = torch.tanh(module.hidden[0](states_SH[place, : module.hidden_size]))
        total = total - torch.log_softmax(module.output[0](hidden), dim=0)[known[place + 1]]
    for place in range(1, len(words)):
        if len(module.hidden) > 1:
            hidden = torch.tanh(module.hidden[1](states_SH[place, module.hidden_size :]))
            total = total - torch.log_softmax(module.output[1](hidden), dim=0)[known[place - 1]]
    return total
