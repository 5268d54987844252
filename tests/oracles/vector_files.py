"""Files of word vectors in the binary formats, written by struct, and fastText's word vectors by a slow reader of its whole model."""

import struct

import numpy as np


def word2vec_binary(words, array_WE, *, line_feeds):
    """word2vec's .bin: "words size", then each word, a space and its float32 numbers, with or without a line feed."""
    end = b"\n" if line_feeds else b""
    rows = [word + b" " + row.astype("<f4").tobytes() + end for word, row in zip(words, array_WE, strict=True)]
    return f"{len(words)} {array_WE.shape[1]}\n".encode() + b"".join(rows)


def fasttext_binary(
    words, array_RE, *, buckets, shortest, longest, labels=(), version=12, model=2, quantised=False, pruned=-1, magic=793712314
):
    """fastText's .bin as far as its input matrix, array_RE: a row for each word, then one for each bucket."""
    size = array_RE.shape[1]
    head = struct.pack("<ii", magic, version) + struct.pack("<12id", size, 5, 5, 1, 5, 1, 2, model, buckets, shortest, longest, 100, 1e-4)
    counts = struct.pack("<3i2q", len(words) + len(labels), len(words), len(labels), 1000, pruned)
    kinds = [(word, 0) for word in words] + [(label, 1) for label in labels]
    entries = b"".join(word + b"\0" + struct.pack("<qb", 7, kind) for word, kind in kinds)
    matrix = struct.pack("<?2q", quantised, *array_RE.shape) + array_RE.astype("<f4").tobytes()
    return head + counts + entries + matrix + b"the output matrix"


def fasttext_vector(word, words, array_RE, *, buckets, shortest, longest):
    """The mean of a word's own row and its n-grams', as Dictionary::computeSubwords of fastText walks over bytes; None for neither."""
    rows = [words.index(word)] if word in words else []
    marked = b"<" + word + b">"
    for start in range(len(marked) if word != b"</s>" and longest else 0):
        if marked[start] & 0xC0 == 0x80:
            continue
        gram, at, letters = b"", start, 1
        while at < len(marked) and letters <= longest:
            gram, at = gram + marked[at : at + 1], at + 1
            while at < len(marked) and marked[at] & 0xC0 == 0x80:
                gram, at = gram + marked[at : at + 1], at + 1
            if letters >= shortest and not (letters == 1 and (start == 0 or at == len(marked))):
                rows.append(len(words) + fnv(gram) % buckets)
            letters += 1
    return np.mean([array_RE[row] for row in rows], axis=0) if rows else None


def fnv(gram):
    """FNV-1a in 32 bits, over signed bytes."""
    value = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(gram, dtype=np.int8):
            value = (value ^ byte.astype(np.int32).astype(np.uint32)) * np.uint32(16777619)
    return int(value)
