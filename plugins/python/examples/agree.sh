#!/usr/bin/env bash
# Runs one spec, as it is, on every backend that can be had of the tiny model, and
# says whether the verdicts are the same: agree.sh BIN SPEC PYTHON [GRADIO-PYTHON [OPENAI-URL...]]
# A backend that cannot be had is skipped with its reason.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
bin=$1 spec=$2 python=$3 gradio=${4-}
shift $(($# < 4 ? $# : 4))
work=$root/build/agree
rm -rf "$work" && mkdir -p "$work/specs"
cp "$root/specs/$spec" "$work/specs/"
ln -s "$root/fixtures" "$work/fixtures"
model="$root/fixtures/models/shapes.gguf" mmproj="$root/fixtures/models/shapes-mmproj.gguf"
names=()
backend() { # NAME PLUGIN CONFIG
	names+=("$1")
	printf '  %s: {plugin: %s, config: {%s}}\n' "$1" "$2" "$3" >>"$work/vlmspec.yaml"
}
printf 'version: 1\nspecs: [specs/**/*.yaml]\nbackends:\n' >"$work/vlmspec.yaml"

if [ -x "$bin/vlmspec-backend-llamacpp" ]; then
	backend llamacpp llamacpp "model: $model, mmproj: $mmproj"
else
	echo "SKIPPED llamacpp: there is no $bin/vlmspec-backend-llamacpp; make llamacpp builds it"
fi
if [ -x "$python" ]; then
	backend python python "file: $root/plugins/python/examples/shapes.py, python: $python, model: $model, mmproj: $mmproj"
else
	echo "SKIPPED python: there is no $python"
fi
if [ -x "$gradio" ]; then
	mkfifo "$work/stdin"
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/plugins/python" GRADIO_ANALYTICS_ENABLED=False \
		"$gradio" "$root/plugins/python/examples/shapes_app.py" "$model" "$mmproj" <"$work/stdin" >"$work/address" 2>"$work/app.log" &
	app=$!
	exec 7>"$work/stdin"
	trap 'exec 7>&-; wait $app || true' EXIT
	for _ in $(seq 300); do [ -s "$work/address" ] || { kill -0 $app 2>/dev/null || break; sleep 0.2; }; done
	address=$(head -1 "$work/address")
	if [ -n "$address" ]; then backend gradio gradio "url: '$address', endpoint: /ask"; else echo "SKIPPED gradio: $(tail -1 "$work/app.log")"; fi
else
	echo "SKIPPED gradio: no interpreter with Gradio was named"
fi
n=0
for url in "$@"; do backend "openai$((++n))" openai "base_url: '$url'"; done
[ $n -gt 0 ] || echo "SKIPPED openai: no server was named"

[ ${#names[@]} -gt 0 ] || { echo "no backend can be had"; exit 1; }
echo "default_backend: ${names[0]}" >>"$work/vlmspec.yaml"
cd "$work"
for name in "${names[@]}"; do
	"$bin/vlmspec" run --backend "$name" --report "json=$name.json" >"$name.txt" || true # a case that fails everywhere agrees
	[ -s "$name.json" ] || { echo "$name has not run"; exit 1; }
	tail -1 "$name.txt"
done
python3 - "${names[@]}" <<'P'
import json, sys
names = sys.argv[1:]
verdicts = {n: {c["name"]: c["outcome"] for c in json.load(open(n + ".json"))["cases"]} for n in names}
differ = [c for c in verdicts[names[0]] if len({verdicts[n].get(c) for n in names}) > 1]
for c in differ:
    print("DIFFERS", c, {n: verdicts[n].get(c) for n in names})
print(f"{len(verdicts[names[0]])} cases on {', '.join(names)}: {'the same verdicts' if not differ else f'{len(differ)} differ'}")
sys.exit(bool(differ) or not verdicts[names[0]])
P
