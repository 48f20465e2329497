#!/bin/sh
# linked-flags.sh PREFIX prints the settings that make cgo build against the
# llama.cpp in PREFIX: an installed one (include/ and lib/), or its sources with
# the folder they were built in. What is missing is named.
set -eu
prefix=$(cd "$1" 2>/dev/null && pwd) || { echo "LLAMA_CPP=$1: there is no such folder" >&2; exit 1; }

# find NAME DIR...: the first of the folders that has a file of that name.
find_in() {
	name=$1
	shift
	for dir in "$@"; do
		for file in "$dir"/$name; do
			[ -e "$file" ] && { echo "$dir"; return; }
		done
	done
	echo "LLAMA_CPP=$prefix has no $name: expected an installed llama.cpp (include/ and lib/) or its sources with a build folder; \`cmake --build build --target llama ggml mtmd\` builds what is needed" >&2
	exit 1
}

includes= libraries=
for header in llama.h mtmd.h ggml.h; do
	dir=$(find_in $header "$prefix/include" "$prefix/include/llama.cpp" "$prefix/tools/mtmd" "$prefix/ggml/include")
	case "$includes" in *"'-I$dir'"*) ;; *) includes="$includes '-I$dir'" ;; esac
done
for library in llama mtmd ggml ggml-base; do
	dir=$(find_in "lib$library.[sd][oy]*" "$prefix/lib" "$prefix"/lib/*-linux-gnu "$prefix/lib64" "$prefix/build/bin" "$prefix"/build*/bin "$prefix"/build/src "$prefix"/build/ggml/src "$prefix"/build/tools/mtmd)
	case "$libraries" in *"'-L$dir'"*) ;; *) libraries="$libraries '-L$dir' '-Wl,-rpath,$dir'" ;; esac
done
echo "export CGO_ENABLED=1 CGO_CPPFLAGS=\"$includes\" CGO_CFLAGS=-O2 CGO_CXXFLAGS=-O2 CGO_LDFLAGS=\"$libraries\""
