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

// RunsOthers tells whether the statement runs other statements, which may take effect one by one before one of them fails.
func (s Statement) RunsOthers() bool {
	if len(s.Words) == 0 {
		return true // an executable comment
	}
	switch s.Words[0] {
	case "CALL", "EXECUTE", "BEGIN", "DECLARE", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR":
		return true
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
