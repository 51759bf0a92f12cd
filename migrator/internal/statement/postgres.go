package statement

import (
	"regexp"
	"strings"
)

// SplitPostgres cuts a file as psql does (src/fe_utils/psqlscan.l): a semicolon ends a statement outside quotes, dollar
// quotes, comments, parentheses and the body of a function that is written BEGIN ATOMIC … END. standardStrings is the
// server's standard_conforming_strings.
func SplitPostgres(text string, standardStrings bool) []Statement {
	c := newCutter(strings.TrimPrefix(text, "\ufeff"))
	parens, depth := 0, 0
	for c.i < len(c.text) {
		b := c.text[c.i]
		switch {
		case isSpace(b):
			c.advance(c.i + 1)
		case strings.HasPrefix(c.rest(), "--"):
			c.lineComment()
		case strings.HasPrefix(c.rest(), "/*"):
			c.nestedComment()
		case b == '\'':
			c.quoted('\'', !standardStrings)
		case b == '"':
			c.quoted('"', false)
		case (b == 'e' || b == 'E') && c.i+1 < len(c.text) && c.text[c.i+1] == '\'':
			c.begin()
			c.i++
			c.quoted('\'', true)
		case b == '$':
			c.dollarQuoted()
		case isWordByte(b):
			depth = atomicDepth(c.word(), c.words, parens, depth)
		case b == ';' && parens == 0 && depth == 0:
			c.end()
			c.i++
		default:
			c.begin()
			c.i++
			switch b {
			case '(':
				parens++
			case ')':
				parens = max(0, parens-1)
			}
		}
	}
	c.end()
	return finish(c.list)
}

// atomicDepth follows BEGIN, CASE and END in a CREATE FUNCTION or PROCEDURE, as psql does.
func atomicDepth(word string, words []string, parens, depth int) int {
	if parens > 0 || len(words) < 2 || words[0] != "CREATE" {
		return depth
	}
	object := words[1]
	if object == "OR" && len(words) > 3 {
		object = words[3]
	}
	if object != "FUNCTION" && object != "PROCEDURE" {
		return depth
	}
	switch word {
	case "BEGIN":
		return depth + 1
	case "CASE":
		if depth > 0 {
			return depth + 1
		}
	case "END":
		return max(0, depth-1)
	}
	return depth
}

func (c *cutter) nestedComment() {
	depth := 0
	for i := c.i; i < len(c.text); i++ {
		if strings.HasPrefix(c.text[i:], "/*") {
			depth++
			i++
		} else if strings.HasPrefix(c.text[i:], "*/") {
			depth--
			i++
			if depth == 0 {
				c.advance(i + 1)
				return
			}
		}
	}
	// The server must see a comment that nothing closes, to refuse it.
	c.begin()
	c.advance(len(c.text))
}

var dollarTag = regexp.MustCompile(`^\$(?:[A-Za-z_[:^ascii:]][\w[:^ascii:]]*)?\$`)

// dollarQuoted consumes $tag$ … $tag$, or one byte where no tag stands here ($1).
func (c *cutter) dollarQuoted() {
	c.begin()
	tag := dollarTag.FindString(c.rest())
	if tag == "" {
		c.i++
		return
	}
	text, _, _ := strings.Cut(c.rest()[len(tag):], tag)
	c.advance(c.i + len(tag) + len(text) + len(tag))
}

// Concurrent tells whether the statement builds or drops an index without a transaction around it.
func (s Statement) Concurrent() bool {
	return s.Has("CONCURRENTLY") && (s.Kind == "CREATE INDEX" || s.Kind == "DROP INDEX" || s.Words[0] == "REINDEX")
}

var endsTransaction = regexp.MustCompile(`(?i)COMMIT|ROLLBACK|CALL`)

// OutsideTransaction tells whether Postgres runs the statement in no transaction block, or lets it commit on its own.
func (s Statement) OutsideTransaction() bool {
	switch s.Kind {
	case "VACUUM", "CALL", "CLUSTER", "REINDEX", "CREATE DATABASE", "DROP DATABASE", "CREATE TABLESPACE", "DROP TABLESPACE", "ALTER SYSTEM",
		"CREATE SUBSCRIPTION", "ALTER SUBSCRIPTION", "DROP SUBSCRIPTION":
		return true
	case "COMMIT", "ROLLBACK":
		return len(s.Words) > 1 && s.Words[1] == "PREPARED"
	case "DISCARD":
		return s.Has("ALL")
	case "DO":
		return endsTransaction.MatchString(s.Text)
	case "ALTER DATABASE":
		return s.Has("TABLESPACE")
	case "ALTER TABLE":
		return s.Has("DETACH") && s.Has("CONCURRENTLY")
	}
	return s.Concurrent()
}
