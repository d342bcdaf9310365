"""Export of sentence-transformers models to the folders that DocQA runs, and their parity with the original."""
