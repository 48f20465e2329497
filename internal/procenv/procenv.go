// Package procenv decides what of its environment vlmspec hands to the programs
// it starts: backends and `command` checks. Secrets lie around in environments,
// so a program gets what programs need to find their way, and what its
// configuration names. Start reading at [For].
package procenv

import (
	"maps"
	"slices"
	"strings"
)

// Extra is what a configuration adds to the environment of a program.
type Extra struct {
	Pass []string          // names of variables that are passed on where they are set
	Set  map[string]string // variables with their values, which come first
}

// machine are the variables by which programs find their way on a machine:
// paths, locale, proxies, certificates. A name that ends in * is a prefix.
var machine = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TMP", "TEMP", "TZ",
	"LANG", "LANGUAGE", "LC_*", "XDG_*",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"SSL_CERT_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
	"GOCOVERDIR", "GOTRACEBACK", "SystemRoot", "SYSTEMROOT", "VLMSPEC_*",
}

// computing are the variables that libraries and interpreters obey, so that
// answers may depend on them.
var computing = []string{
	"CUDA_*", "NVIDIA_*", "NCCL_*", "CUBLAS_*", "CUDNN_*", // NVIDIA
	"HIP_*", "ROCR_*", "ROCM_*", "HSA_*", "GPU_DEVICE_ORDINAL", "MIOPEN_*", // AMD
	"ONEAPI_*", "SYCL_*", "ZE_*", "ZES_*", // Intel
	"GGML_*", "LLAMA_*", "VK_*", "MTL_*", "METAL_*",
	"OMP_*", "GOMP_*", "KMP_*", "MKL_*", "OPENBLAS_*", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG",
	"LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_*",
	"PYTHON*", "VIRTUAL_ENV", "CONDA_*", "UV_*", "HF_HOME", "HF_HUB_*", "TRANSFORMERS_*", "TORCH_*", "PYTORCH_*",
}

// private begin the names of variables that are between vlmspec and one process.
var private = []string{"VLMSPEC_REATTACH_", "VLMSPEC_BACKEND_"}

// secretWords are parts of names that give a secret away, whatever the name begins with.
var secretWords = []string{"TOKEN", "PASSWORD", "PASSWD", "SECRET", "SECRETS", "KEY", "APIKEY", "CREDENTIAL", "CREDENTIALS", "AUTH"}

// For returns the environment of a program, out of this process's own as
// [os.Environ] has it, sorted by name.
func For(own []string, extra Extra) []string {
	values := map[string]string{}
	for _, v := range own {
		if name, value, ok := split(v); ok && (Given(name) || slices.Contains(extra.Pass, name)) {
			values[name] = value
		}
	}
	maps.Copy(values, extra.Set)
	out := []string{} // nil would be everything
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, name+"="+values[name])
	}
	return out
}

// Counting returns those variables of [For] that may change what a program
// answers: what libraries and interpreters obey, and what the configuration adds.
func Counting(own []string, extra Extra) []string {
	return slices.DeleteFunc(For(own, extra), func(v string) bool {
		name, _, _ := split(v)
		_, set := extra.Set[name]
		return !set && !slices.Contains(extra.Pass, name) && !matches(name, computing)
	})
}

// Private reports whether a variable is between vlmspec and one process, so that
// no configuration may name it.
func Private(name string) bool {
	return slices.ContainsFunc(private, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Given reports whether every program gets a variable, whatever a configuration adds.
func Given(name string) bool { return matches(name, machine) || matches(name, computing) }

// matches reports whether a name is in a list. What looks like a secret matches
// in full only.
func matches(name string, list []string) bool {
	return !Private(name) && slices.ContainsFunc(list, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return name == pattern || open && strings.HasPrefix(name, prefix) && !Secret(name)
	})
}

// Secret reports whether the name of a variable says that it holds a secret.
func Secret(name string) bool {
	words := strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return r == '_' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(secretWords, w) })
}

// split takes a variable apart; ok is false for what is none, such as Windows's "=C:=C:\".
func split(v string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(v, "=")
	return name, value, ok && name != ""
}
