"""All of EWT dev, decoded together and by the plain sentence-by-sentence recursion, with relative frequencies of train as the model."""

import numpy as np
import pytest

from seqtasks.datasets.folders import find_file
from seqtasks.hmm.decoders.forward import posteriors
from seqtasks.hmm.decoders.k_best import k_best
from seqtasks.hmm.decoders.lattice import Emissions
from seqtasks.hmm.decoders.viterbi import viterbi
from seqtasks.hmm.em import EMTagger
from seqtasks.text.corpora.conllu import read_conllu
from tests.oracles import hmm_decoding as oracle

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=["upos", "xpos"])
def layer(request):
    return request.param


@pytest.fixture(scope="module", params=[1, 2])
def lattice(request, layer, data_dir):
    """Emissions that look at the previous tag (by drawn amounts), transitions, and the words of dev; unknown words may be anything."""
    train, dev = (
        read_conllu(find_file(data_dir / "ud-english-ewt", f"en_ewt-ud-{part}.conllu"), layers=(layer,)) for part in ("train", "dev")
    )
    tagger = EMTagger(order=request.param, iterations=0).fit([row.words for row in train], [row.tags[layer] for row in train])
    emissions, transitions_PPC = tagger.tables_.logarithms()
    change_PC = np.random.default_rng(1).normal(0, 0.3, (transitions_PPC.shape[1], len(emissions.tags_C)))
    contextual = Emissions(emissions.first_Y1, emissions.tags_C, emissions.scores_PC + change_PC)
    known, unknown = tagger.vocabulary_, len(tagger.vocabulary_)
    types_T = np.array([known.get(word, unknown) for row in dev for word in row.words])
    return contextual, transitions_PPC, types_T, np.array([len(row.words) for row in dev])


def test_the_batched_decoders_equal_the_plain_one_on_all_of_dev(lattice):
    emissions, transitions_PPC, types_T, lengths_B = lattice
    sentences = oracle.sentence_types(types_T, lengths_B)
    plain = [oracle.lists(emissions, transitions_PPC, kinds, 1)[0] for kinds in sentences]
    expected = [tag for kinds, (path, _) in zip(sentences, plain, strict=True) for tag in oracle.tags_of(emissions, kinds, path)]
    tags_T, scores_B = viterbi(*lattice)
    assert tags_T.tolist() == expected
    np.testing.assert_allclose(scores_B, [score for _, score in plain], rtol=1e-12)
    for limit in (1000, 2**30):
        again_T, again_B = viterbi(*lattice, limit=limit)
        assert again_T.tolist() == expected
        np.testing.assert_allclose(again_B, scores_B, rtol=1e-12)
    assert np.concatenate([paths[0][0] for paths in k_best(*lattice, 2)]).tolist() == expected


def test_posteriors_sum_to_one_on_all_of_dev_and_no_path_is_likelier_than_all(lattice):
    first_T1, probabilities_Z, totals_B = posteriors(*lattice)
    np.testing.assert_allclose(np.add.reduceat(probabilities_Z, first_T1[:-1]), 1.0, atol=1e-9)
    assert (viterbi(*lattice)[1] <= totals_B + 1e-9).all()
