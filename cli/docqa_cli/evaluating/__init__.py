"""`docqa eval`: what is compared, how a data set comes into the stack, how its questions are asked."""
