"""Write the trained network as the folder that Schoolgate ships: int8 ONNX, tokenizer, config.

    uv run --extra torch python -m classifiers.training.export --start MINILM_FOLDER --version 3

Writes `model.fp32.onnx` into the work folder beside it, for `evaluate` to compare with.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifiers.onnx import BUNDLED
from classifiers.training.labels import LABELS
from classifiers.training.network import Network
from classifiers.training.prepare import WORK
from classifiers.training.sealing import seal


def fp32(start: Path, weights: Path, out: Path) -> Path:
    """The network as it was trained, as ONNX with free batch and length."""
    network = Network.empty(start, len(LABELS))
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = torch.ones((2, 16), dtype=torch.long)
    torch.onnx.export(
        network,
        (sample, sample, sample),
        str(out),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    return out


def int8(source: Path, out: Path) -> None:
    """Weights in seven bits of a byte each: processors without VNNI overflow at eight."""
    quantize_dynamic(
        str(source),
        str(out),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"MatMulConstBOnly": True},
    )


def write(folder: Path, start: Path, version: str) -> None:
    """Everything beside the model itself, and the digests of all of it."""
    shutil.copyfile(start / "tokenizer.json", folder / "tokenizer.json")
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    config = {
        "version": version,
        "model_type": "bert",
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "max_length": 128,
        "problem_type": "multi_label_classification",
        "id2label": {str(index): label for index, label in enumerate(LABELS)},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    seal(folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, required=True, help="folder of MiniLM-L6's weights")
    parser.add_argument("--weights", type=Path, help="trained weights, else those of `wider`")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=BUNDLED)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    weights = asked.weights or asked.work / "wider.pt"
    source = fp32(asked.start, weights, asked.work / "model.fp32.onnx")
    int8(source, asked.out / "model.onnx")
    write(asked.out, asked.start, asked.version)
    size = sum(path.stat().st_size for path in asked.out.iterdir()) / 1e6
    print(f"written to {asked.out}: {size:.1f} MB")


if __name__ == "__main__":
    main()
