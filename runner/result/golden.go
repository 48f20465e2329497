package result

import "fmt"

// Golden is how an answer stands to what was accepted, and what accepting it
// would record.
type Golden struct {
	State GoldenState `json:"state"`
	// Changed is what is not as it was when the golden was accepted; for a stale one.
	Changed []Change `json:"changed,omitempty"`
	Prompt  string   `json:"prompt"` // SHA-256 of the prompt as written, hex
	// Accepted are the answers that were accepted, where this one is none of them.
	Accepted []string `json:"accepted,omitempty"`
	// Tolerance says that the answer may differ within bounds, which the verdict's reason
	// is about.
	Tolerance bool `json:"tolerance,omitempty"`
	// Answer is what accepting records, where that is not [Verdict.Read]: with
	// ${env:NAME} in place of secrets.
	Answer string `json:"answer,omitempty"`
}

// GoldenState is how an answer stands to what was accepted.
type GoldenState string

// The states.
const (
	GoldenNew     GoldenState = "new"     // nothing was accepted yet
	GoldenStale   GoldenState = "stale"   // it was accepted for another prompt or image
	GoldenChanged GoldenState = "changed" // another answer was accepted, for the same prompt and images
	GoldenSame    GoldenState = "same"    // the answer was accepted, or lies within the tolerance
)

// Change is one thing that is not as it was when a golden was accepted.
type Change struct {
	What string `json:"what"` // "prompt", "image", "images" (how many) or "order" (of the images)
	// Image is the index of the image, for "image".
	Image *int `json:"image,omitempty"`
	// Was and Now are how many images there were and are, for "images".
	Was int `json:"was,omitempty"`
	Now int `json:"now,omitempty"`
}

// String is the change in a clause: "image 2 has changed".
func (c Change) String() string {
	switch {
	case c.What == "image" && c.Image != nil:
		return fmt.Sprintf("image %d has changed", *c.Image+1)
	case c.What == "images":
		return fmt.Sprintf("the number of images has changed from %d to %d", c.Was, c.Now)
	case c.What == "order":
		return "the order of the images has changed"
	}
	return "the " + c.What + " has changed"
}
