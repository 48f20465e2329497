package reading

// mention reads "option B" where no other option is spoken of.
func (c *chooser) mention() (string, error) {
	d := c.doc
	read := ""
	for i := range d.tok {
		if !d.has(i, optionClass) || !d.any(i, "option", "choice") && (d.is(i) != "项" || d.is(i-1) != "选") {
			continue
		}
		k := i + 1
		for d.any(k, "(", "[", ":", "\"", "'", "：", "是") {
			k++
		}
		letter := c.letter(k)
		if letter == "" || c.article(k) && d.is(k) != "a" || d.denied(i) || d.deniedAfter(k+1) {
			continue
		}
		letter, _, err := c.withText(letter, k+1)
		switch {
		case err != nil:
			return "", err
		case read != "" && read != letter:
			return "", unread("it speaks of the options %s and %s and says of none that it is the answer", read, letter)
		}
		read = letter
	}
	return read, nil
}

// label reads an answer that is a letter, or has one at the start of its first line or alone on its last; no other
// line may begin with another letter.
func (c *chooser) label() (string, error) {
	d := c.doc
	first, err := c.labelAt(0)
	if err != nil {
		return "", err
	}
	read := first
	if first == "" {
		read = c.lastLine()
	}
	for i := 1; read != "" && i < len(d.tok); i++ {
		if d.kind(i-1) != newline && (!d.any(i-1, "(") || !d.at(i-1).spaced) {
			continue
		}
		other, err := c.labelAt(i)
		if other != "" && other != read && !d.unsaid(i) && !d.denied(i) {
			err = unread("it names more than one option: %s and %s", read, other)
		}
		if err != nil {
			return "", err
		}
	}
	return read, nil
}

// labelAt is the letter that a line begins with, as a label: B, (b), B. green, B, because.
func (c *chooser) labelAt(i int) (string, error) {
	d := c.doc
	wrapped := false
	if d.is(i) == "-" && d.at(i+1).spaced { // a bullet
		i++
	}
	for d.any(i, "(", "[", "{", "<", "\"", "'", "【", "「", "“", "*") {
		i++
		wrapped = true
	}
	letter := c.letter(i)
	if letter == "" {
		return "", nil
	}
	k := i + 1
	marked := d.any(k, ")", "]", "}", ">", ".", ":", "-", "—", ",", "、", "：", "。", "!", "\"", "'", "/", "=", "】", "」", "*", "，", "？", "；", ";") || d.is(k) == "(" && d.at(k).spaced
	switch text, end := c.textFrom(k); {
	case text != "" && d.questioned(end):
		return "", nil
	case k >= len(d.tok), d.kind(k) == newline, marked, wrapped && d.any(k, ")", "]"):
	case text == letter && !c.article(i):
	case d.any(k, "or", "and") && c.letter(k+1) != "" && !c.article(k+1):
	case d.any(k, "because", "since", "as") && d.raw(i) != d.is(i):
	case c.chineseVerdict(k):
	default:
		return "", nil
	}
	if d.is(i) == "a" && d.raw(i) == "a" && d.any(k, "-", "/") && d.glued(k) {
		return "", nil
	}
	letter, _, err := c.withText(letter, k)
	if err == nil && d.retracted(k) {
		err = unread("it takes back what it says")
	}
	return letter, err
}

// lastLine is the letter that the last line is.
func (c *chooser) lastLine() string {
	d := c.doc
	i := len(d.tok) - 1
	for i >= 0 && (d.kind(i) == newline || d.any(i, ".", ")", "]", "\"", "'", "。", "!")) {
		i--
	}
	letter := c.letter(i)
	i--
	for d.any(i, "(", "[", "\"", "'") {
		i--
	}
	if d.kind(i) == newline {
		return letter
	}
	return ""
}

// verdict reads "B is correct", "it's B", "definitely B".
func (c *chooser) verdict() (string, error) {
	d := c.doc
	read := ""
	for i := range d.tok {
		letter := c.letter(i)
		if letter == "" || d.raw(i) == d.is(i) && d.any(i, "a", "i", "e", "o", "y") || d.denied(i) || d.deniedAfter(i+1) || !c.affirmed(i) {
			continue
		}
		letter, _, err := c.alternatives(letter, i+1)
		if err != nil {
			return "", err
		}
		if read != "" && read != letter {
			return "", unread("it names more than one option: %s and %s", read, letter)
		}
		read = letter
	}
	return read, nil
}

// affirmed reports whether the capital letter at token i is said to be the answer.
func (c *chooser) affirmed(i int) bool {
	d := c.doc
	k := i + 1
	for d.any(k, ")", "]", "\"", "'") {
		k++
	}
	if d.any(k, "is", "seems", "looks") {
		k++
		for d.any(k, "the", "clearly", "definitely", "most", "my") {
			k++
		}
		if d.any(k, "correct", "right", "answer", "best", "choice", "true") && (!d.any(k, "right", "best", "correct", "true") || d.kind(k+1) != word || d.any(k+1, "answer", "choice", "option", "because", "since", "as")) {
			return true
		}
	}
	b := i - 1
	for d.any(b, "(", "[", "\"", "'", "option") || d.is(b) == "," && d.any(b-1, "so", "hence", "thus", "therefore") {
		b--
	}
	leads := (d.is(b) != "be" || !d.any(b-1, "could", "might", "may", "can")) && d.any(b, "it's", "is", "be", "probably", "definitely", "likely", "clearly", "say", "think", "so", "certainly", "therefore", "thus", "hence", "→")
	return leads && (d.ends(k) || d.any(k, "because", "since"))
}

// chineseVerdict reports whether what follows a letter at token i says that it is the answer: B是正确的, B选项, Bです.
func (c *chooser) chineseVerdict(i int) bool {
	d := c.doc
	if d.is(i) == "选" && d.is(i+1) == "项" {
		if i += 2; d.ends(i) {
			return true
		}
	}
	if d.is(i) == "是" {
		return d.any(i+1, "正", "对", "對", "答", "最")
	}
	return d.is(i) == "正" && d.is(i+1) == "确" || d.is(i) == "で" && d.is(i+1) == "す"
}
