package spec

// SuiteParity is the `parity` of a suite.
type SuiteParity struct {
	File string // as in Case.Pos
	Pos  Pos
	Of   string
	With []string
	// Verdicts, Answers and FirstToken bound how much they may differ; nil is no bound.
	Verdicts, Answers, FirstToken *float64
}

// setParity makes the cases of a suite run on the backends that must agree.
func (l *loader) setParity(s *suite) {
	p := s.file.Parity
	if p == nil {
		return
	}
	node := s.doc.root.Get("parity")
	all := append([]at[string]{p.Of}, p.With...)
	switch {
	case len(p.With) == 0:
		l.problems.add(node.Errorf("write parity: {of: tiny, with: [tiny-new]}", "parity needs backends to compare with %q", p.Of.Value))
		return
	case len(s.file.Backends) > 0:
		at := s.doc.root.Get("backends")
		if at.IsZero() {
			at = node // they come from an include
		}
		l.problems.add(at.Errorf("leave out backends", "the cases run on the backends that parity names"))
		return
	}
	s.file.Backends = all
	one := 1.0
	out := SuiteParity{
		File: shownName(l.project.Dir, s.doc.abs), Pos: node.Pos(), Of: p.Of.Value,
		Verdicts: p.Verdicts, Answers: p.Answers, FirstToken: p.FirstToken,
	}
	if out.Verdicts == nil {
		out.Verdicts = &one
	}
	for _, b := range p.With {
		out.With = append(out.With, b.Value)
	}
	l.parities = append(l.parities, out)
}

// checkParity refuses a case that runs elsewhere than its suite compares.
func (l *loader) checkParity(s *suite, f caseFile) {
	if s.file.Parity != nil && len(f.Backends) > 0 {
		l.problems.add(f.Backends[0].Node.Errorf("leave out backends", "the cases of this suite run on the backends that its parity names"))
	}
}
