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
from tools.models.parity import reference
from tools.models.texts import real


def test_bge_small_runs_as_its_weights_say(tmp_path: Path) -> None:
    models = models_dir()
    theirs, ours = float32(models / BGE_SMALL.folder, BGE_SMALL, tmp_path), OnnxEmbedder(models)
    for group, texts in real().items():
        passages = np.sum(reference(theirs, texts, "") * np.array(ours.embed("passage", texts)), axis=1)
        queries = np.sum(
            reference(theirs, texts, BGE_SMALL.query_prefix) * np.array(ours.embed("query", texts)), axis=1
        )
        for kind, cosines in (("passage", passages), ("query", queries)):
            print(f"\nbge-small-en-v1.5-int8 {group:12} {kind:8} least {cosines.min():.4f} mean {cosines.mean():.4f}")
            assert cosines.min() >= 0.99
