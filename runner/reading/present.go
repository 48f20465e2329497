package reading

import (
	"slices"
	"strings"
)

// number compares numbers where all options are numbers.
func (c *chooser) number() (string, error) {
	values := map[float64]string{}
	for _, o := range c.options {
		if strings.Trim(o.text, "0123456789.,-") != "" {
			return "", nil
		}
		v, err := Number(o.text, NumberOptions{})
		if err != nil {
			return "", nil //nolint:nilerr // an option that is no number: texts are compared
		}
		values[v] = o.letter
	}
	v, err := Number(c.doc.text, NumberOptions{})
	if err != nil {
		return "", err
	}
	if letter, ok := values[v]; ok {
		return letter, nil
	}
	return "", c.nothing()
}

// yesNo reads the words yes and no, where they are options, as answers and not wherever they stand.
func (c *chooser) yesNo() (string, error) {
	said := map[string]string{}
	for _, o := range c.options {
		if o.text == "yes" || o.text == "no" {
			said[o.text] = o.letter
		}
	}
	if len(said) == 0 {
		return "", nil
	}
	yes, err := YesNo(c.doc.text)
	switch {
	case err != nil && len(c.options) == len(said):
		return "", err
	case err != nil:
		return "", nil //nolint:nilerr // another option may be chosen
	case yes:
		return said["yes"], nil
	}
	return said["no"], nil
}

// present is the only option whose text stands in the answer, as whole words, undenied and inside no longer one.
func (c *chooser) present() (string, error) {
	taken := []byte(c.texts.text)
	read := ""
	for _, o := range c.options {
		if o.text == "yes" || o.text == "no" || o.core == "" || !c.holds(taken, o.core) {
			continue
		}
		if read != "" {
			return "", unread("it names more than one option: %s and %s", read, o.letter)
		}
		if err := c.unique(o.letter); err != nil {
			return "", err
		}
		read = o.letter
	}
	if read == "" {
		return "", nil
	}
	for i := range c.doc.tok {
		letter := c.letter(i)
		if letter != "" && letter != read && c.doc.raw(i) != c.doc.is(i) && !c.article(i) && letter != "I" && !c.doc.denied(i) && !c.doc.deniedAfter(i+1) && !c.insideText(i) {
			return "", unread("it names the text of option %s and the letter %s", read, letter)
		}
	}
	return read, nil
}

// insideText reports whether the letter at token i belongs to a name: vitamin C, Plan B.
func (c *chooser) insideText(i int) bool {
	return c.doc.kind(i-1) == word && !c.doc.any(i-1, "is", "it's", "or", "and", "option", "so")
}

// holds reports whether a text stands undenied in taken, and blanks it out wherever it stands.
func (c *chooser) holds(taken []byte, text string) bool {
	held := false
	s := string(taken)
	for from := 0; ; {
		i := strings.Index(s[from:], text)
		if i < 0 {
			return held
		}
		i += from
		from = i + len(text)
		if !boundary(s, i) || !boundary(s, from) || !numberBoundary(s, i) {
			from = i + 1
			continue
		}
		for k := i; k < i+len(text); k++ {
			taken[k] = 0
		}
		token := c.texts.tokenAt(i)
		if c.texts.prefixed(token) || c.texts.questioned(c.texts.tokenAt(from)) && !strings.HasSuffix(text, "?") {
			continue
		}
		held = held || !c.texts.denied(token) && !c.texts.deniedAfter(c.texts.tokenAt(from)) && !c.texts.other(token)
	}
}

// prefixed reports whether a hyphen joins a word to token i that makes another of it: non-metal, off-white.
func (d *doc) prefixed(i int) bool {
	return d.glued(i) && d.is(i-1) == "-" && d.glued(i-1) && d.any(i-2, "non", "un", "anti", "off", "not", "no", "never", "ex", "pseudo", "semi", "half", "near", "in", "dis")
}

// other reports whether the words at token i are named to be set aside: other than red.
func (d *doc) other(i int) bool { return d.is(i-1) == "than" && !d.any(i-2, "rather") }

// tokenAt is the first token that begins at an offset or after it.
func (d *doc) tokenAt(offset int) int {
	i, _ := slices.BinarySearchFunc(d.tok, offset, func(t token, offset int) int { return int(t.start) - offset })
	return i
}
