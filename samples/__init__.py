"""Our own sample documents, with questions and the evidence that a right answer must cite."""
