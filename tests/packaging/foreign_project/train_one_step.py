"""A project that is not ours: a tagger and a translator's attention built from seqtasks' blocks, one step of training each."""

import sys

import torch
from torch import nn

from seqtasks.nn import BACKBONES, CRF, AdditiveAttention

HEAVY = ("sklearn", "click", "matplotlib", "pydantic", "tokenizers", "rich", "sacrebleu", "seqeval", "torchtext")


class Tagger(nn.Module):
    """Embedding, BiLSTM and CRF over five words and three labels."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 6)
        self.backbone = BACKBONES["bilstm"](input_size=6, hidden_size=4, layers=1, dropout=0.0)
        self.attention = AdditiveAttention(query_size=self.backbone.output_size, memory_size=self.backbone.output_size, hidden_size=7)
        self.output = nn.Linear(self.backbone.output_size, 3)
        self.crf = CRF(num_labels=3, legal_start=None, legal_end=None, legal_pair=None)

    def forward(self, words_BS: torch.Tensor, mask_BS: torch.Tensor) -> torch.Tensor:
        """emissions_BSN of each word after it has looked at all others."""
        states_BSH = self.backbone(self.table(words_BS), mask_BS).output
        context_BSH, _, _ = self.attention(states_BSH, self.attention.project(states_BSH, mask_BS))
        return self.output(states_BSH + context_BSH)


def main() -> None:
    torch.manual_seed(0)
    words_BS, tags_BS = torch.tensor([[1, 2, 3], [4, 1, 0]]), torch.tensor([[0, 1, 2], [2, 0, 0]])
    mask_BS = torch.tensor([[True, True, True], [True, True, False]])
    tagger = Tagger()
    optimizer = torch.optim.SGD(tagger.parameters(), lr=0.5)
    losses = []
    for _ in range(2):
        loss = -tagger.crf.log_likelihood(tagger(words_BS, mask_BS), tags_BS, mask_BS).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    import seqtasks

    print(seqtasks.__file__)
    print("learns" if losses[1] < losses[0] else "does not learn")
    print([len(row) for row in tagger.crf.decode(tagger(words_BS, mask_BS), mask_BS)])
    print([name for name in HEAVY if name in sys.modules])


if __name__ == "__main__":
    main()
