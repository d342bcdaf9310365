"""Repairs of CloudFormation: custom resources, updates that change something, failures that fail and roll back."""
