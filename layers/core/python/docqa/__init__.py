"""DocQA: ask questions of documents and get answers that point to the page they came from."""
