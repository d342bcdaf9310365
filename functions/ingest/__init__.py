"""The Step Functions chain: claim → parse → chunk → embed → publish, and status for what failed."""
