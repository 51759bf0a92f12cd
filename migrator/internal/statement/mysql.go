package statement

import "strings"

// SplitMySQL cuts a file as the MySQL and MariaDB servers do when they take several statements at once: a semicolon ends
// a statement outside quotes, comments and the compound body of a routine, trigger, event or MariaDB block. Where it is
// in doubt it keeps statements together, which the server takes as well. backslash is false with NO_BACKSLASH_ESCAPES.
func SplitMySQL(text string, backslash bool) []Statement {
	c := newCutter(strings.TrimPrefix(text, "\ufeff"))
	body := compound{}
	for c.i < len(c.text) {
		b := c.text[c.i]
		switch {
		case isSpace(b):
			c.advance(c.i + 1)
		case b == '#' || strings.HasPrefix(c.rest(), "--") && (c.i+2 >= len(c.text) || c.text[c.i+2] <= ' '):
			c.lineComment()
		case strings.HasPrefix(c.rest(), "/*"):
			c.mysqlComment()
		case b == '\'' || b == '"':
			c.quoted(b, backslash)
		case b == '`':
			c.quoted('`', false)
		case isWordByte(b):
			body.word(c.word(), c.words, nextByte(c.text[c.i:]))
		case b == ';' && body.depth == 0:
			c.end()
			c.i++
			body = compound{}
		default:
			c.begin()
			c.i++
			if b == ';' {
				body.atStart, body.last = true, ";"
			} else {
				body.last = string(b)
				body.atStart = b == ':' // a label
			}
		}
	}
	c.end()
	return finish(c.list)
}

// mysqlComment consumes a comment. One that begins with /*! or /*M! is code to the server.
func (c *cutter) mysqlComment() {
	if strings.HasPrefix(c.rest(), "/*!") || strings.HasPrefix(c.rest(), "/*M!") {
		c.begin()
	}
	n := strings.Index(c.text[c.i+2:], "*/")
	if n < 0 {
		c.begin()
		c.advance(len(c.text))
		return
	}
	c.advance(c.i + 2 + n + 2)
}

func nextByte(text string) byte {
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" {
		return 0
	}
	return text[0]
}

// compound follows the nesting of a stored program's body.
type compound struct {
	inBody  bool
	depth   int
	atStart bool // the next word begins a statement of the body
	last    string
}

func (b *compound) word(word string, words []string, next byte) {
	last, atStart := b.last, b.atStart
	b.last, b.atStart = word, false
	if !b.inBody {
		b.inBody = isStoredProgram(words)
		if !b.inBody {
			return
		}
		if words[0] == "BEGIN" {
			b.depth = 1
		}
	}
	ends := last == "END"
	switch word {
	case "BEGIN":
		b.depth++
		b.atStart = true
	case "CASE":
		if !ends {
			b.depth++
		}
	case "IF":
		if !ends && (atStart || b.depth == 0 && next != '(' && next != 'N' && next != 'E' && next != 'n' && next != 'e') {
			b.depth++
		}
	case "LOOP", "WHILE", "REPEAT":
		if !ends && next != '(' || !ends && atStart {
			b.depth++
			b.atStart = word != "WHILE"
		}
	case "END":
		b.depth = max(0, b.depth-1)
	case "THEN", "ELSE", "DO":
		b.atStart = true
	}
}

// isStoredProgram tells whether these words begin a statement that may have a compound body.
func isStoredProgram(words []string) bool {
	if len(words) >= 3 && words[0] == "BEGIN" {
		return words[1] == "NOT" && words[2] == "ATOMIC"
	}
	if len(words) < 2 || words[0] != "CREATE" && words[0] != "ALTER" {
		return false
	}
	for _, w := range words[1:min(len(words), 10)] {
		switch w {
		case "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE":
			return true
		case "TABLE", "INDEX", "VIEW", "DATABASE", "SCHEMA", "SEQUENCE", "USER", "ROLE", "SERVER":
			return false
		}
	}
	return false
}

// CommitsImplicitly tells whether MySQL ends the transaction before it runs the statement ("Statements That Cause an
// Implicit Commit" in the MySQL 8.0 reference manual). It answers true unless the statement is known not to.
func (s Statement) CommitsImplicitly() bool {
	if len(s.Words) == 0 {
		return true
	}
	switch s.Words[0] {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SAVEPOINT", "DO", "VALUES", "SHOW", "EXPLAIN":
		return false
	case "SET":
		return s.Has("AUTOCOMMIT") || s.Has("PASSWORD")
	case "ROLLBACK":
		return s.Control == Rollback
	}
	return true
}

// ChangesRows tells whether the statement is one that InnoDB rolls back whole when it fails.
func (s Statement) ChangesRows() bool {
	if len(s.Words) == 0 {
		return false
	}
	switch s.Words[0] {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "DO", "VALUES", "SHOW", "EXPLAIN", "SAVEPOINT":
		return true
	case "SET":
		return !s.CommitsImplicitly()
	}
	return false
}
