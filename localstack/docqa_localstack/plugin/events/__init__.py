"""Repairs of EventBridge: input transformers, retries and dead-letter queues of targets."""
