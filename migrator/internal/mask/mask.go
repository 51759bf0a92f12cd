// Package mask keeps secrets out of everything that the program prints: by value, in every spelling that a driver may use.
package mask

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// ResultPrefix begins every result line, and no other line.
const ResultPrefix = `{"ecsMigrate":`

// shortest is the length in bytes from which a value is masked wherever it stands: `a` in every word would tell more of
// the password than it hides.
const shortest = 4

// forged is a line that its reader might take for the result line.
var forged = regexp.MustCompile(`(?m)^(\s*)(` + regexp.QuoteMeta(ResultPrefix) + `)`)

// Printer writes lines without secrets, control characters or forged result lines.
type Printer struct {
	mu      sync.Mutex
	out     io.Writer
	secrets []string
	mask    *strings.Replacer
}

func NewPrinter(out io.Writer) *Printer { return &Printer{out: out, mask: strings.NewReplacer()} }

// Hide adds secrets. Each is masked as it stands, decoded and encoded.
func (p *Printer) Hide(values ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, value := range values {
		if value != "" && len(value) < shortest {
			p.secrets = append(p.secrets, ":"+value+"@")
		}
		for _, s := range spellings(value) {
			if len(s) >= shortest {
				p.secrets = append(p.secrets, s)
			}
		}
	}
	slices.SortFunc(p.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	p.secrets = slices.Compact(p.secrets)
	pairs := make([]string, 0, 2*len(p.secrets))
	for _, s := range p.secrets {
		pairs = append(pairs, s, "***")
	}
	p.mask = strings.NewReplacer(pairs...)
}

func spellings(value string) []string {
	list := []string{value, url.QueryEscape(value), url.PathEscape(value), url.UserPassword("u", value).String()[2:]}
	for _, decode := range []func(string) (string, error){url.QueryUnescape, url.PathUnescape} {
		if s, err := decode(value); err == nil {
			list = append(list, s, url.QueryEscape(s), url.UserPassword("u", s).String()[2:])
		}
	}
	for _, s := range list {
		quoted := fmt.Sprintf("%q", s)
		list = append(list, quoted[1:len(quoted)-1])
		if text, err := json.Marshal(s); err == nil {
			list = append(list, string(text[1:len(text)-1]))
		}
		list = append(list, strings.ReplaceAll(s, "'", "''"), strings.Trim(s, " \t\r\n"))
	}
	return list
}

// Text is the text without secrets and without characters that change how a terminal shows the rest.
func (p *Printer) Text(text string) string {
	p.mu.Lock()
	mask := p.mask
	p.mu.Unlock()
	// Before anything is cut or cleaned, and after, since cleaning may put a value together.
	return mask.Replace(clean(mask.Replace(text)))
}

func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// Line prints one line; further lines of the text are set in.
func (p *Printer) Line(format string, args ...any) {
	text := strings.ReplaceAll(strings.TrimRight(p.Text(fmt.Sprintf(format, args...)), "\n\t "), "\n", "\n  ")
	p.write(forged.ReplaceAllString(text, "$1| $2") + "\n")
}

// Result prints the result line. Its texts went through Text.
func (p *Printer) Result(line []byte) { p.write(string(line) + "\n") }

func (p *Printer) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.out, text)
}
