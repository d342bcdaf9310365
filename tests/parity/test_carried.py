"""The carried int8 model beside its own weights in float32, run by sentence-transformers.

The float32 weights that it was made from are on no package index, so that this shows what running in int8 changes, and
that tokens, window, prefix and pooling are right; not what rounding the weights once has changed.
"""

from pathlib import Path

import numpy as np

from docqa.embeddings.catalog import BGE_SMALL
from docqa.embeddings.onnx import OnnxEmbedder
from tests.fakes.models import models_dir
from tests.parity.dequantized import reference as float32
from tools.models.parity import ENOUGH, reference
from tools.models.texts import real


def test_bge_small_runs_as_its_weights_say(tmp_path: Path) -> None:
    models, texts = models_dir(), real()
    theirs, ours = float32(models / BGE_SMALL.folder, BGE_SMALL, tmp_path), OnnxEmbedder(models)
    cosines = {
        group: np.sum(reference(theirs, texts[group], "") * np.array(ours.embed("passage", texts[group])), axis=1)
        for group in texts.keys() - {"questions"}
    }
    questions = reference(theirs, texts["questions"], BGE_SMALL.query_prefix)
    cosines["questions"] = np.sum(questions * np.array(ours.embed("query", texts["questions"])), axis=1)
    for group, found in sorted(cosines.items()):
        print(f"\nbge-small-en-v1.5-int8 {group:12} least {found.min():.4f} mean {found.mean():.4f}", end="")
    print()
    # the least is ten languages in one text (0.989): int8 takes one scale over a text, and rare tokens widen it
    assert min(found.min() for found in cosines.values()) >= 0.98
    assert min(found.mean() for found in cosines.values()) >= ENOUGH
