package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Option is one of the options of a question.
type Option struct {
	Letter string // one capital letter
	Text   string
}

// Choice reads which option an answer chooses and returns its letter. In this order: the last explicit statement
// ("the answer is B"); an answer that is a letter, or opens or closes with one on a line of its own; an answer that is
// an option's text; the only option whose text stands in the answer as whole words and is not denied.
func Choice(answer string, options []Option) (string, error) {
	answer, _, err := said(answer)
	if err != nil {
		return "", err
	}
	c := newChooser(answer, options)
	if letter := c.whole(); letter != "" {
		return letter, nil
	}
	for _, read := range []func() (string, error){c.statement, c.mention, c.label, c.verdict, c.number, c.yesNo, c.present} {
		if letter, err := read(); letter != "" || err != nil {
			return letter, err
		}
	}
	return "", c.nothing()
}

// chooser reads one answer.
type chooser struct {
	doc     *doc     // the answer, without its form
	texts   *doc     // the same, folded, for comparing texts
	options []option // the longest text first
}

type option struct {
	letter string
	text   string // folded
	core   string // without its article
}

func newChooser(answer string, options []Option) *chooser {
	plain := norm.NFKC.String(Plain(answer))
	c := &chooser{doc: lex(plain), texts: lex(FoldCase(singleSpaced(plain)))}
	for _, o := range options {
		text := Fold(o.Text)
		c.options = append(c.options, option{o.Letter, text, withoutArticle(text)})
	}
	slices.SortStableFunc(c.options, func(a, b option) int { return len(b.core) - len(a.core) })
	return c
}

// singleSpaced makes white space within lines one space.
func singleSpaced(s string) string {
	if !strings.Contains(s, "  ") && strings.IndexByte(s, '\t') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for i := range len(s) {
		if is := s[i] == ' ' || s[i] == '\t'; !is {
			b.WriteByte(s[i])
			space = false
		} else if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	return b.String()
}

func withoutArticle(s string) string {
	for _, article := range []string{"a ", "an ", "the "} {
		if rest, ok := strings.CutPrefix(s, article); ok && rest != "" {
			return rest
		}
	}
	return s
}

// whole is the option whose text, or number, the whole answer is.
func (c *chooser) whole() string {
	text := Fold(c.doc.text)
	letter, n := "", 0
	for _, o := range c.options {
		if o.text == text || len(text) < 400 && o.core == withoutArticle(text) {
			letter, n = o.letter, n+1
		}
	}
	if n == 1 {
		return letter
	}
	return ""
}

// letter is the option whose letter token i is, "" for none.
func (c *chooser) letter(i int) string {
	d := c.doc
	if !d.has(i, letterClass) {
		return ""
	}
	s := strings.ToUpper(d.raw(i))
	if !slices.ContainsFunc(c.options, func(o option) bool { return o.letter == s }) {
		return ""
	}
	if d.glued(i) && (d.kind(i-1) == digits || d.any(i-1, "'", "-", "/") && d.glued(i-1) && d.latin(i-2) && len(d.is(i-2)) > 1) || d.glued(i+1) && (d.kind(i+1) == digits || d.any(i+1, "+", "#", "&")) {
		return ""
	}
	if d.glued(i+1) && d.is(i+1) == "-" && d.glued(i+2) && !c.textAt(i+2) {
		return ""
	}
	if d.glued(i+1) && d.is(i+1) == "." && d.glued(i+2) && d.kind(i+2) == word {
		return ""
	}
	return s
}

// textAt reports whether an option's text stands at token i.
func (c *chooser) textAt(i int) bool {
	letter, _ := c.textFrom(i)
	return letter != ""
}

// textFrom is the option whose text begins at token i of the answer, the longest one, and the token after it.
func (c *chooser) textFrom(i int) (letter string, to int) {
	d := c.doc
	if i >= len(d.tok) {
		return "", i
	}
	for d.any(i, "\"", "'", "(", "[") || d.any(i, "a", "an", "the") && d.kind(i+1) == word {
		i++
	}
	start := int(d.at(i).start)
	for _, o := range c.options {
		// Folding can change lengths, so a little more is folded than is needed.
		end := min(len(d.text), start+2*len(o.core)+8)
		for end < len(d.text) && !utf8.RuneStart(d.text[end]) {
			end++
		}
		if o.core != "" && bounded(FoldCase(strings.Join(strings.Fields(d.text[start:end]), " ")), o.core) {
			to = i
			for n := 0; to < len(d.tok) && n < len(strings.ReplaceAll(o.core, " ", "")); to++ {
				n += len(FoldCase(d.raw(to)))
			}
			return o.letter, to
		}
	}
	return "", i
}

// bounded reports whether s begins with the whole words what.
func bounded(s, what string) bool { return strings.HasPrefix(s, what) && boundary(s, len(what)) }

// boundary reports whether a word, or a number, ends at offset i.
func boundary(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case unspaced(before), unspaced(after):
		return true
	case inWord(before) && inWord(after):
		return false
	case unicode.IsDigit(before) && strings.ContainsRune(".,:/", after):
		next, _ := utf8.DecodeRuneInString(s[i+n:])
		return !unicode.IsDigit(next)
	}
	return true
}

// numberBoundary reports whether what begins at offset i is not the tail of a number.
func numberBoundary(s string, i int) bool {
	if first, _ := utf8.DecodeRuneInString(s[i:]); !unicode.IsDigit(first) || i == 0 {
		return true
	}
	before, n := utf8.DecodeLastRuneInString(s[:i])
	if !strings.ContainsRune(".,:/-", before) {
		return true
	}
	further, _ := utf8.DecodeLastRuneInString(s[:i-n])
	return before != '-' && !unicode.IsDigit(further)
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_'
}

// statement reads the last explicit statement: the answer is B, 答案：B, I choose B.
func (c *chooser) statement() (string, error) {
	d := c.doc
	for i := range slices.Backward(d.tok) {
		next, ok := d.announced(i)
		if !ok {
			next, ok = c.chosen(i)
		}
		if !ok || d.denied(i) {
			continue
		}
		letter, to, err := c.claim(next)
		if err != nil {
			return "", err
		}
		if letter != "" {
			if d.retracted(to) {
				return "", unread("it takes back what it says")
			}
			return letter, nil
		}
	}
	return "", nil
}

// chosen reads what precedes a choice without saying answer: I choose, 选.
func (c *chooser) chosen(i int) (next int, ok bool) {
	d := c.doc
	if !d.has(i, chooseClass) {
		return 0, false
	}
	switch {
	case d.any(i, "choose", "select", "pick", "chose", "selected", "picked") && !d.any(i-1, "to", "not", "cannot", "can't", "don't", "didn't"):
		next = i + 1
	case d.is(i) == "go" && d.any(i+1, "with", "for"):
		next = i + 2
	case d.is(i) == "选" && d.any(i+1, "项", "择"):
		next = i + 2
	case d.any(i, "选", "選"):
		next = i + 1
	default:
		return 0, false
	}
	for d.any(next, "：", ":", "是", "项", "择") {
		next++
	}
	return next, true
}

// claim reads the letter, or the text, that a statement goes on with at token i.
func (c *chooser) claim(i int) (letter string, to int, err error) {
	d := c.doc
	for d.any(i, "(", "[", "{", "<", "\"", "'", "option", "letter", "choice", "选", "项", "【", "「", "“", "*", "either", ":") {
		i++
	}
	if d.any(i, "not", "neither", "none") && !c.textAt(i) {
		return "", i, nil
	}
	byText, after := c.textFrom(i)
	letter = c.letter(i)
	if letter == "" || c.article(i) || byText != "" && after > i+1 {
		if byText == "" {
			return "", i, nil
		}
		if err := c.unique(byText); err != nil {
			return "", i, err
		}
		return c.alternatives(byText, after)
	}
	return c.withText(letter, i+1)
}

// article reports whether the letter at token i is a word of the language: a bit, A dog, I see.
func (c *chooser) article(i int) bool {
	d := c.doc
	s := d.is(i)
	if s != "a" && s != "i" && s != "o" && s != "e" && s != "y" {
		return d.raw(i) == s && d.at(i+1).spaced && d.kind(i+1) == word && d.latin(i+1) && !d.any(i+1, "because", "since", "as", "is", "for", "and", "or")
	}
	if d.kind(i+1) != word || !d.latin(i+1) || d.glued(i) && d.any(i-1, "(", "[") {
		return false
	}
	if d.any(i+1, "because", "since", "as", "for", "which") || d.any(i+1, "is", "and", "or") && d.raw(i) != s {
		return false
	}
	if d.raw(i) != s { // A red, where red is A's text
		letter, _ := c.textFrom(i + 1)
		return letter != c.letter(i)
	}
	return true
}

// withText reads what follows a letter: its text, which must not be another's; or another letter.
func (c *chooser) withText(letter string, i int) (string, int, error) {
	d := c.doc
	for d.any(i, ")", "]", "}", ">", ".", ":", "-", "—", ",", "、", "：", "。", "\"", "'", "=", "(", "】", "」", "*") {
		i++
	}
	if text, to := c.textFrom(i); text != "" && text != letter && !c.sameText(text, letter) && d.kind(i) != newline {
		return "", to, unread("it names the letter of one option and the text of another: %s", quote(d.from(i-2, to)))
	} else if text == letter {
		i = to
	}
	return c.alternatives(letter, i)
}

// unique refuses an option that was read by its text where another one has the same.
func (c *chooser) unique(letter string) error {
	for _, o := range c.options {
		if o.letter != letter && c.sameText(letter, o.letter) {
			return unread("the options %s and %s have the same text", min(letter, o.letter), max(letter, o.letter))
		}
	}
	return nil
}

func (c *chooser) sameText(a, b string) bool {
	texts := map[string]string{}
	for _, o := range c.options {
		texts[o.letter] = o.text
	}
	return texts[a] == texts[b]
}

// joiners stand between one choice and another.
var joiners = []string{"or", "and", "/", "&", "和", "或", "|", "及", "+", "还", "與", "与"}

// alternatives refuses a choice that goes on with another one: A or B, red/blue.
func (c *chooser) alternatives(letter string, i int) (string, int, error) {
	d := c.doc
	k := i
	for d.any(k, ")", "]", "\"", "'", ".", ",") && !d.sentenceEnds(k) {
		k++
	}
	joined := d.any(k, joiners...) || d.any(k-1, ",", ":")
	for d.any(k, joiners...) || d.any(k, "者", "是") && d.any(k-1, "或", "还") {
		k++
	}
	for d.any(k, "(", "[", "option", "\"", "'") {
		k++
	}
	if !joined && (d.kind(k-1) != word || !d.at(k).spaced || d.raw(k) != strings.ToUpper(d.raw(k))) {
		return letter, i, nil
	}
	other := c.letter(k)
	if other != "" && (c.article(k) || d.raw(k) == "I" || d.deniedAfter(k+1)) {
		other = ""
	}
	if other == "" && joined {
		other, _ = c.textFrom(k)
	}
	if other != "" && other != letter {
		return "", i, unread("it names more than one option: %s", quote(d.from(max(i-1, 0), k+1)))
	}
	return letter, i, nil
}

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
	switch text, _ := c.textFrom(k); {
	case k >= len(d.tok), d.kind(k) == newline, marked, wrapped && d.any(k, ")", "]"):
	case text == letter && !c.article(i):
	case d.any(k, "or", "and") && c.letter(k+1) != "" && !c.article(k+1):
	case d.any(k, "because", "since", "as") && d.raw(i) != d.is(i):
	case d.kind(k) == word && !d.latin(k):
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
	leads := d.any(b, "it's", "is", "be", "probably", "definitely", "likely", "clearly", "say", "think", "so", "certainly", "therefore", "thus", "hence", "→")
	return leads && (d.ends(k) || d.any(k, "because", "since"))
}

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
		held = held || !c.texts.denied(token) && !c.texts.deniedAfter(c.texts.tokenAt(from)) && !c.texts.other(token)
	}
}

// other reports whether the words at token i are named to be set aside: other than red.
func (d *doc) other(i int) bool { return d.is(i-1) == "than" && !d.any(i-2, "rather") }

// tokenAt is the first token that begins at an offset or after it.
func (d *doc) tokenAt(offset int) int {
	i, _ := slices.BinarySearchFunc(d.tok, offset, func(t token, offset int) int { return int(t.start) - offset })
	return i
}

func (c *chooser) nothing() error {
	var letters []string
	for _, o := range c.options {
		letters = append(letters, o.letter)
	}
	slices.Sort(letters)
	if c.doc.kind(0) == word && len(c.doc.tok) <= 2 && len(c.doc.raw(0)) == 1 && c.letter(0) == "" && !c.doc.glued(1) {
		return unread("there is no option %s; the options are %s", strings.ToUpper(c.doc.raw(0)), strings.Join(letters, ", "))
	}
	return unread("it chooses none of the options %s", strings.Join(letters, ", "))
}
