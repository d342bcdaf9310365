"""DocQA's infrastructure: a CDK app with two targets, `local` (LocalStack on a laptop) and `aws`."""

import os

# Node 20 is enough for us. jsii reads the major versions that it shall say nothing about when aws_cdk starts its Node
# process; its banner would drown the progress lines.
os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "20"
os.environ["JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION"] = "20"
