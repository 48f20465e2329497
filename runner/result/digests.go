package result

// Digests say what a case was asked and how it was judged, so that a changed
// outcome is put down to what has changed: each is the first 16 hex digits of a
// SHA-256, of text in which secrets are hidden. What answered is in
// [Manifest.Backends].
type Digests struct {
	Prompt string `json:"prompt"`           // system prompt and the prompts of all turns, as written
	Images string `json:"images,omitempty"` // contents, in the order shown; "" where there is none, or one could not be read
	Params string `json:"params,omitempty"` // what [Case.Params] holds
	// Checks are of all turns, with the files that they read and the goldens that they
	// compare with, and how many samples must pass.
	Checks string `json:"checks"`
}
