"""The catalogue of published corpora: where each one stands on the web, under which licence, and how its files are recognised.

Facts only; nothing here reads, writes or fetches. Checksums are git blob ids (sha1 of "blob <length>", a NUL byte and the content), as the
repositories themselves publish them. A file with `blob` None has no known checksum and is used with a note.
"""

from __future__ import annotations

from dataclasses import dataclass

from seqtasks.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of a corpus. `name` is local, inside the corpus's folder; `url_path` stands below the mirror's address."""

    name: str
    url_path: str
    blob: str | None  # git blob id of the file as published
    content_blob: str | None  # the same of its decompressed content; equal to `blob` for a plain file
    size: int | None  # bytes as published

    @property
    def plain_name(self) -> str:
        """The name without `.gz`: users may hold either."""
        return self.name.removesuffix(".gz")


@dataclass(frozen=True, slots=True)
class PublishedCorpus:
    """A corpus as published. `name` is also the name of its folder below a data directory and below the cache."""

    name: str
    title: str
    task: str
    licence: str
    page: str
    citation: str
    files: tuple[PublishedFile, ...]

    @property
    def size(self) -> tuple[int, bool]:
        """Bytes of the files whose size is known, and whether that is all of them."""
        known = [file.size for file in self.files if file.size is not None]
        return sum(known), len(known) == len(self.files)


def published_corpus(name: str) -> PublishedCorpus:
    """The catalogue's entry. Raises UsageError, with the nearest known name, for one that it does not hold."""
    if name in PUBLISHED:
        return PUBLISHED[name]
    raise UsageError(f"unknown corpus {name!r}{did_you_mean(name, PUBLISHED)} Known: {', '.join(PUBLISHED)}.")


def _plain(folder: str, name: str, blob: str | None, size: int | None) -> PublishedFile:
    return PublishedFile(name=name, url_path=f"{folder}/{name}", blob=blob, content_blob=blob, size=size)


def _gzip(folder: str, name: str, blob: str, content_blob: str, size: int) -> PublishedFile:
    return PublishedFile(name=name, url_path=f"{folder}/{name}", blob=blob, content_blob=content_blob, size=size)


_MULTI30K = "multi30k/dataset/master/data/task1/raw"
_EWT = "UniversalDependencies/UD_English-EWT/r2.16"
_WNUT17 = "leondz/emerging_entities_17/master"
_DANISH = "UniversalNER/UNER_Danish-DDT/main"

# name, git blob id as published, git blob id of the decompressed content, bytes as published
_MULTI30K_FILES = (
    ("train.en.gz", "8226b4b333656238e113284cf738778e1287b52e", "22df3557dd2c5c1de872aee912091f5b60d29a18", 568929),
    ("train.de.gz", "3869154c6298e22b3dc9ed3b17fd45bf00276b94", "7d02bf503b2532d44dc9cc363e8dfe2abb68979b", 637044),
    ("train.fr.gz", "9518a79e4aefbd3b99bd5887000c36e6a35de14b", "b65483c92f1afdd0a843c695713b108c115767d2", 604242),
    ("val.en.gz", "8eb30ab9e5edd301e4c94330713c88513dd43dbc", "f94fad7adf84a7fa3a7c7763ad84fc85867515b2", 21650),
    ("val.de.gz", "0907cab7a248be8e15ac418d517343899351db18", "47c32b692235ca8b73846ca8f28a391e72d1def2", 24681),
    ("val.fr.gz", "ab398432791947b7001173f065764887fb63c346", "b258b19766ca98032945d908707f741b4bd1c97f", 23001),
    ("test_2016_flickr.en.gz", "c3c1142a4d12fa9d7736c81dca0dcea51975477e", "db68ab5b12b4b74fa08a3eea8e618b3f427732c6", 21077),
    ("test_2016_flickr.de.gz", "96b762cc43d913a5d23e5ec65acbc58a50d0a9b8", "d88e9b9ac4ef987880b96a68230f6157d74753e4", 22890),
    ("test_2016_flickr.fr.gz", "b182503bf217d5d4d1030874de07bfcf26052b94", "cb412642381cebdd612df6345b5233026f7ef061", 22310),
)

PUBLISHED: dict[str, PublishedCorpus] = {
    "multi30k": PublishedCorpus(
        name="multi30k",
        title="Multi30k, task 1: image descriptions in English, German and French (raw text)",
        task="translation",
        licence="non-commercial research and education",
        page="https://github.com/multi30k/dataset",
        citation="Elliott, Frank, Sima'an and Specia (2016). Multi30K: Multilingual English-German Image Descriptions. VL 2016. "
        "French: Elliott, Frank, Barrault, Bougares and Specia (2017). WMT 2017.",
        files=tuple(_gzip(_MULTI30K, *row) for row in _MULTI30K_FILES),
    ),
    "ud-english-ewt": PublishedCorpus(
        name="ud-english-ewt",
        title="Universal Dependencies, English Web Treebank (release 2.16)",
        task="pos",
        licence="CC BY-SA 4.0",
        page="https://github.com/UniversalDependencies/UD_English-EWT",
        citation="Silveira, Dozat, de Marneffe, Bowman, Connor, Bauer and Manning (2014). A Gold Standard Dependency Corpus for English. "
        "LREC 2014.",
        files=(
            _plain(_EWT, "en_ewt-ud-train.conllu", "34731d23bafeeff233fdcee18ffc0254b1aa0e28", None),
            _plain(_EWT, "en_ewt-ud-dev.conllu", "a994b6990643429070ecc6e236d26ad6a04bfefb", 1805545),
            _plain(_EWT, "en_ewt-ud-test.conllu", "c59667960ae967636606f47bc35f132a5557ad39", None),
        ),
    ),
    "wnut17": PublishedCorpus(
        name="wnut17",
        title="WNUT-17, novel and emerging entities in noisy English text",
        task="ner",
        licence="CC BY 4.0",
        page="https://github.com/leondz/emerging_entities_17",
        citation="Derczynski, Nichols, van Erp and Limsopatham (2017). Results of the WNUT2017 Shared Task on Novel and Emerging Entity "
        "Recognition. W-NUT 2017.",
        files=(
            _plain(_WNUT17, "wnut17train.conll", "f492698d4776475fd62851998b7b3623c416c92f", 493781),
            _plain(_WNUT17, "emerging.dev.conll", "128e929f695c9f7499a8e652ee46cd505848e34e", 114749),
            _plain(_WNUT17, "emerging.test.annotated", "a599ac827c810886f53978afca5596a9ab1ef4a6", None),
        ),
    ),
    "uner-danish-ddt": PublishedCorpus(
        name="uner-danish-ddt",
        title="Universal NER, Danish Dependency Treebank",
        task="ner",
        licence="CC BY-SA 4.0",
        page="https://github.com/UniversalNER/UNER_Danish-DDT",
        citation="Mayhew et al. (2024). Universal NER: A Gold-Standard Multilingual Named Entity Recognition Benchmark. NAACL 2024. "
        "Danish: Plank, Jensen and van der Goot (2020). DaN+. COLING 2020.",
        files=(
            _plain(_DANISH, "da_ddt-ud-train.iob2", "462257517e822ab3621ba3225ed1aaa66b1408df", 1928266),
            _plain(_DANISH, "da_ddt-ud-dev.iob2", "af60507897843451435a0cd0b9d5313d04d2f7ce", 244882),
            _plain(_DANISH, "da_ddt-ud-test.iob2", None, None),
        ),
    ),
}
