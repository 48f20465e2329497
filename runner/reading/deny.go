package reading

// negators turn what follows them in their clause into what is not so, or leave it open.
var negators = map[string]bool{
	"not": true, "no": true, "never": true, "neither": true, "nor": true, "without": true, "none": true, "cannot": true,
	"unable": true, "nothing": true, "unlike": true, "whether": true, "if": true, "except": true, "excluding": true,
	"incorrect": true, "wrong": true, "hardly": true, "absent": true, "lacks": true, "lacking": true, "unless": true,
	"doubt": true, "unlikely": true, "improbable": true, "impossible": true, "exclude": true, "excludes": true,
	"dont": true, "isnt": true, "doesnt": true, "cant": true, "wasnt": true, "arent": true, "didnt": true, "wont": true,
	"不": true, "没": true, "沒": true, "非": true, "无": true, "無": true, "nicht": true, "kein": true, "keine": true, "pas": true, "нет": true, "не": true,
}

// maxBack is how many tokens of a clause are looked at before a word.
const maxBack = 16

// denied reports whether a negation stands before token i in its clause.
func (d *doc) denied(i int) bool {
	for k := i - 1; k >= 0 && k >= i-maxBack; k-- {
		if d.is(k) == "but" && d.any(k-1, "anything", "all", "everything", "any") {
			return true
		}
		if d.ends(k) || d.has(k, butClass) {
			return false
		}
		if d.negates(k) {
			return true
		}
	}
	return false
}

func (d *doc) negates(k int) bool {
	if !d.has(k, negatorClass) {
		return false
	}
	switch s := d.is(k); s {
	case "no":
		return !d.any(k+1, "doubt", "question")
	case "not":
		return !d.any(k+1, "only", "just")
	case "without":
		return !d.any(k+1, "doubt", "question") && (d.is(k+1) != "a" || d.is(k+2) != "doubt")
	case "doubt":
		return !d.any(k-1, "no", "without", "a", "any", "beyond", "little", "not", "don't")
	case "than":
		return d.any(k-1, "rather", "other")
	case "of":
		return d.is(k-1) == "instead"
	case "out":
		return d.is(k-1) == "rule"
	}
	return true
}

// unsaid reports whether token i, or it and the word after it ("the first image"), is said not to be so.
func (d *doc) unsaid(i int) bool {
	return d.deniedAfter(i+1) || d.kind(i+1) == word && d.deniedAfter(i+2)
}

// deniedAfter reports whether what ends before token i is said not to be so: is not, isn't, is wrong.
func (d *doc) deniedAfter(i int) bool {
	for d.any(i, ")", "]", "\"", "'") {
		i++
	}
	switch {
	case d.any(i, "isn't", "wasn't", "aren't", "doesn't", "can't", "cannot", "isnt"):
		return true
	case d.any(i, "is", "are", "was", "were", "seems", "looks", "does", "can", "would", "must"):
		i++
		for d.any(i, "clearly", "definitely", "also", "simply", "be", "obviously") {
			i++
		}
	default:
		return false
	}
	return d.any(i, "not", "incorrect", "wrong", "false", "absent", "missing", "ruled", "excluded", "never", "impossible", "out", "neither")
}
