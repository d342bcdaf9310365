"""Lambda environments as child processes.

process      the executor that LocalStack loads: one object per environment
runtime_api  the AWS Lambda Runtime API, one server per process; http is what it speaks
sandbox      folders, environment variables and command line of a process; code and layers are their contents
child        the process itself: output, memory, end
assignment   which environment takes which invocation
patches      what else of LocalStack's Lambda is mended
"""
