"""The local cloud of one checkout: installs it, starts and stops its parts, deploys the stack, and says how it is.

Runs in the repository's own virtual environment and imports nothing of LocalStack. The doors are `install.install`,
`supervisor.start`/`stop`/`clean`, `deploy.deploy`, `status.status`, `doctor.doctor` and `up.up`.
"""
