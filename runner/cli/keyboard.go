package cli

import (
	"bufio"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/muesli/cancelreader"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// keyboard reads keys: one by one on a terminal, without Enter, and by line
// elsewhere. A key that is no letter has a name: enter, esc, backspace, clear.
type keyboard struct {
	keys     chan string
	in       io.Reader
	terminal *os.File // nil when there is none

	mu     sync.Mutex
	saved  *unix.Termios // what to restore; nil while the terminal is as it was
	reader cancelreader.CancelReader
	done   chan struct{}
}

func newKeyboard(in io.Reader, out io.Writer) *keyboard {
	k := &keyboard{keys: make(chan string), in: in}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) && terminal(out) {
		k.terminal = f
	}
	return k
}

// start begins to read. On a terminal it is undone by [keyboard.stop].
func (k *keyboard) start() {
	if k.terminal == nil {
		go k.lines()
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	fd := int(k.terminal.Fd())
	if owner, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); k.saved != nil || err != nil || owner != unix.Getpgrp() {
		return // in the background the terminal is not ours
	}
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return
	}
	now := *before
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if k.reader, err = cancelreader.NewReader(k.terminal); err != nil || unix.IoctlSetTermios(fd, setTermios, &now) != nil {
		return
	}
	k.saved, k.done = before, make(chan struct{})
	go k.read(k.reader, k.done)
}

// stop gives the terminal back as it was.
func (k *keyboard) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saved == nil {
		return
	}
	k.reader.Cancel()
	for reading := true; reading; {
		select {
		case <-k.keys: // typed as we stop
		case <-k.done:
			reading = false
		}
	}
	_ = k.reader.Close()
	_ = unix.IoctlSetTermios(int(k.terminal.Fd()), setTermios, k.saved)
	k.saved = nil
}

func (k *keyboard) read(in cancelreader.CancelReader, done chan<- struct{}) {
	defer close(done)
	buf := make([]byte, 256)
	for {
		n, err := in.Read(buf)
		if err != nil {
			return
		}
		for _, key := range keysOf(string(buf[:n])) {
			k.keys <- key
		}
	}
}

// sequence is what a key that is no letter sends, or a letter with Alt.
var sequence = regexp.MustCompile(`^\x1b(\[[0-?]*[ -/]*[@-~]|O.|(?s:.))`)

// keysOf names the keys that a terminal sent. Arrows and the like are left out.
func keysOf(sent string) []string {
	var keys []string
	for sent != "" {
		r, size := utf8.DecodeRuneInString(sent)
		switch {
		case r == 0x1b && size < len(sent):
			size = len(sequence.FindString(sent))
		case r == 0x1b:
			keys = append(keys, "esc")
		case r == '\r' || r == '\n':
			keys = append(keys, "enter")
		case r == 0x7f || r == '\b':
			keys = append(keys, "backspace")
		case r == 'U'-'@':
			keys = append(keys, "clear")
		case r == 'D'-'@':
			keys = append(keys, "q")
		case r >= ' ' && r != utf8.RuneError:
			keys = append(keys, string(r))
		}
		sent = sent[size:]
	}
	return keys
}

func (k *keyboard) lines() {
	in := bufio.NewScanner(k.in)
	for in.Scan() {
		k.keys <- strings.TrimSpace(in.Text())
	}
}
