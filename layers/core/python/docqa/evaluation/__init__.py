"""How good retrieval and answers are on a set of questions whose right answers are known. The standard library only."""
