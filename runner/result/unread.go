package result

// Unread counts the answers that a check could not read: it is the prompt or the
// check that needs work there, not what the model sees.
func Unread(cases []Case) int {
	n := 0
	for i := range cases {
		n += cases[i].Unread()
	}
	return n
}

// Unread counts the answers of a case that a check could not read.
func (c *Case) Unread() int {
	n := 0
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			if t.unread() {
				n++
			}
		}
	}
	return n
}

func (t *Turn) unread() bool {
	for _, v := range t.Verdicts {
		if v.Unread {
			return true
		}
	}
	return false
}
