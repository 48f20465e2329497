"""Serves a model with the llama-server inside xllamacpp, until standard input ends.

usage: serve.py MODEL MMPROJ; prints the address.
"""

import os
import sys

import xllamacpp

p = xllamacpp.CommonParams()
p.model.path, p.mmproj.path = sys.argv[1], sys.argv[2]
p.hostnames, p.port, p.n_parallel = ["127.0.0.1"], 0, 2
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(p)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
