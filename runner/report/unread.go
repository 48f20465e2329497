package report

import "fmt"

// unread is "3 answers could not be read", "" where all could.
func (t *tally) unread() string { return answers(t.unreadAnswers, "could not be read") }

// cutOffs is "3 answers were cut off" with what to do, "" where none was.
func (t *tally) cutOffs() string { return cutOffOf(t.cutOff) }

func cutOffOf(n int) string {
	s := answers(n, "were cut off (finish: length): raise max_tokens, or the backend's context")
	if n == 1 {
		s = "1 answer was cut off (finish: length): raise max_tokens, or the backend's context"
	}
	return s
}

func answers(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 answer " + what
	}
	return fmt.Sprintf("%d answers %s", n, what)
}
