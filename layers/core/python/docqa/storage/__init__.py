"""Objects in S3: uploads by presigned POST, artifacts by content address."""
