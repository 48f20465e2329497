#!/bin/sh
# Prints the compiler flags that make ggml use what this processor has, or
# nothing where that does not pay or does not work. `make NATIVE= llamacpp`
# builds for any machine of the architecture instead.
#
# Only amd64 gains: its baseline is SSE2, while arm64's compilers start from a
# useful one. AMX stays off because its sources are not among the Go packages.
# VLMSPEC_CPU is read by nobody: it makes Go's build cache tell processors
# apart, so that a cache shared between machines never yields an illegal instruction.
set -eu
flags="-march=native -mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
case "$(uname -m)" in x86_64 | amd64) ;; *) exit 0 ;; esac
macros=$(${CXX:-c++} $flags -dM -E -x c++ /dev/null 2>/dev/null) || exit 0
echo "$flags -DVLMSPEC_CPU=$(echo "$macros" | cksum | cut -d' ' -f1)"
