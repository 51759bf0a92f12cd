package statement

import "strings"

// SplitMySQL cuts a file as the MySQL and MariaDB servers do when they take several statements at once: a semicolon ends
// a statement outside quotes, comments and compound statements. Where it is in doubt it keeps statements together, which
// the server takes as well. backslash is false with NO_BACKSLASH_ESCAPES.
func SplitMySQL(text string, backslash bool) []Statement {
	c := newCutter(strings.TrimPrefix(text, "\ufeff"))
	nested := newCompound()
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
			nested.other(b, c.rest())
		case b == '`':
			c.quoted('`', false)
			nested.other(b, c.rest())
		case b == '$' && nested.last == "AS": // MySQL's LANGUAGE JAVASCRIPT AS $$ … $$
			c.dollarQuoted()
		case isWordByte(b):
			word := c.word()
			nested.word(word, c.words, strings.TrimLeft(c.rest(), " \t\r\n"))
		case b == ';' && nested.semicolon():
			c.end()
			c.i++
			nested = newCompound()
		default:
			c.begin()
			c.i++
			if b != ';' {
				nested.other(b, c.rest())
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

var (
	runsOthers  = set("BEGIN CALL CASE DECLARE EXECUTE FOR IF LOOP REPEAT WHILE")
	changesRows = set("DELETE DO EXPLAIN INSERT RELEASE REPLACE RESIGNAL SAVEPOINT SELECT SHOW SIGNAL UPDATE VALUES WITH")
)

// RunsOthers tells whether the statement runs other statements, which may take effect one by one before one of them fails.
func (s Statement) RunsOthers() bool {
	return len(s.Words) == 0 || runsOthers[s.Words[0]] // no word: an executable comment
}

// ChangesRows tells whether the statement is one that InnoDB rolls back whole when it fails.
func (s Statement) ChangesRows() bool {
	return len(s.Words) > 0 && (changesRows[s.Words[0]] || s.loads() || s.Words[0] == "SET" && !s.CommitsImplicitly())
}

// CommitsImplicitly tells whether MySQL ends the transaction before it runs the statement ("Statements That Cause an
// Implicit Commit" in the MySQL 8.0 reference manual). It answers true unless the statement is known not to.
func (s Statement) CommitsImplicitly() bool {
	switch {
	case len(s.Words) == 0:
		return true
	case s.Words[0] == "SET":
		return s.Has("AUTOCOMMIT") || s.Has("PASSWORD")
	case s.Words[0] == "ROLLBACK":
		return s.Control == Rollback // not to a savepoint
	}
	return !changesRows[s.Words[0]] && !s.loads()
}

func (s Statement) loads() bool { return s.Starts("LOAD", "DATA") || s.Starts("LOAD", "XML") }
