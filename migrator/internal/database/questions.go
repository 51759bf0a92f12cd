package database

import (
	"regexp"
	"strings"
)

// Questions are the SQL of an engine by name.
type Questions map[string]string

var namedPart = regexp.MustCompile(`\{(\w+)\}`)

// ReadQuestions reads a text of parts that begin with "-- name: NAME". One of the name "NAME, VARIANT" replaces NAME for that
// kind of server, and {name} stands for the text of another part.
func ReadQuestions(text, variant string) Questions {
	q := Questions{}
	parts := strings.Split(text, "\n-- name: ")
	for _, own := range []string{"", variant} {
		for _, part := range parts[1:] {
			head, sql, _ := strings.Cut(part, "\n")
			if name, of, _ := strings.Cut(head, ", "); of == own {
				sql, _, _ = strings.Cut(sql, "\n\n")
				q[name] = strings.TrimSpace(sql)
			}
		}
	}
	return q
}

// of is the text of a part, or empty.
func (q Questions) of(name string) string {
	return namedPart.ReplaceAllStringFunc(q[name], func(part string) string { return q.of(part[1 : len(part)-1]) })
}
