"""What outlives LocalStack, which forgets everything with its process."""
