// Command vlmspec-backend-replay answers from a recording instead of a model:
// to test specs and checks without one, and vlmspec itself.
//
// Its config names a file of JSON lines:
//
//	{"prompt": "<image>What color is it?", "image": "red-circle.png", "answer": "red"}
//	{"prompt": "Pick one.", "answers": ["first", "second"]}
//
// The prompt is the text of the last user message, with <image> where an image
// stands; without a prompt a line answers any. The image, where given, is the
// file name or the SHA-256 digest of one of the conversation's images. The first
// line that fits answers; of several answers, the seed picks one. A line may say
// at which size the model was shown each image, "shown": [[1148, 840]], for answers
// with coordinates in pixels.
//
// Or it names a stored run, its folder below .vlmspec/runs or a zip that `vlmspec runs
// export` wrote: then the answers are those of that run, see stored.go.
package main

import "github.com/vlmspec/vlmspec/plugins/sdk/plugin"

func main() { plugin.Serve(&replay{}) }
