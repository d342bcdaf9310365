"""Text to vectors and pairs to scores: in this process (`onnx`) or by the inference function (`remote`)."""
