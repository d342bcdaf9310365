"""What the stack needs of the cloud beside Lambda: each test is about one documented behaviour of AWS."""
