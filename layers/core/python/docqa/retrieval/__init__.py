"""Finding passages: the tokenizer, the fusion of scores and the retriever. The SQL stands in `docqa.database`."""
