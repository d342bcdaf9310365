"""Function URL and API Gateway (STREAM) → streaming runtime: answers and live progress."""
