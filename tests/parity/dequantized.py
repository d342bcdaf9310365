"""The weights of an int8 BERT in float32, as a sentence-transformers model."""

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

from docqa.embeddings.catalog import EmbeddingModel


def reference(folder: Path, spec: EmbeddingModel, scratch: Path) -> SentenceTransformer:
    """What `folder` holds, run by sentence-transformers. `scratch`: an empty folder for what it reads."""
    weights = float_weights(onnx.load(str(folder / "model.onnx")))
    words, hidden = weights["embeddings.word_embeddings.weight"].shape
    layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
    config = BertConfig(
        vocab_size=words,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=weights["encoder.layer.0.intermediate.dense.bias"].shape[0],
    )
    bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict({name: torch.tensor(value) for name, value in weights.items()}, strict=True)
    bert.save_pretrained(scratch)
    BertTokenizer(tokenizer_file=str(folder / "tokenizer.json"), do_lower_case=True).save_pretrained(scratch)
    transformer = Transformer(str(scratch), max_seq_length=spec.max_tokens, model_kwargs={"add_pooling_layer": False})
    return SentenceTransformer(modules=[transformer, Pooling(hidden, pooling_mode=spec.pooling)], device="cpu")


def float_weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """By their names in BertModel. Linear layers are stored as inputs x outputs, PyTorch wants outputs x inputs."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    weights = {
        name: value for name, value in stored.items() if re.fullmatch(r"(encoder|embeddings)\..*(weight|bias)", name)
    }

    def dequantized(name: str) -> np.ndarray:
        steps = stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"].astype(np.float32)
        return steps * stored[f"{name}_scale"]

    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            layer = node.name.strip("/").removesuffix("/MatMul_quant").replace("/", ".")
            weights[f"{layer}.weight"] = dequantized(node.input[1].removesuffix("_quantized")).T
        elif node.op_type == "DequantizeLinear":
            table = node.input[1].removesuffix("_scale")
            weights[table] = dequantized(table)
    return weights
