// Package statement cuts a file of SQL into its statements, as the server's own parser would, and names what each one is.
package statement

import (
	"slices"
	"strings"
)

// Control is what a statement does to the transaction.
type Control int

const (
	None Control = iota
	Begin
	Commit
	Rollback
)

// Statement is one statement of a file.
type Statement struct {
	N    int    // from 1
	Line int    // of its first word, from 1
	Text string // from its first word to before its semicolon
	Kind string // leading key words, never values: CREATE INDEX
	// Control tells what it does to the transaction.
	Control Control
	// Words are its leading bare words in upper case.
	Words []string
}

// Has tells whether one of the statement's leading words is word.
func (s Statement) Has(word string) bool {
	return slices.Contains(s.Words, word)
}

// Starts tells whether the statement's words begin with these.
func (s Statement) Starts(words ...string) bool {
	return len(s.Words) >= len(words) && slices.Equal(s.Words[:len(words)], words)
}

// maxWords bounds what is kept of a statement: enough for its kind and for CONCURRENTLY after a name.
const maxWords = 24

// objects are what CREATE, ALTER and DROP may be about.
var objects = set(`AGGREGATE CAST COLLATION CONVERSION DATABASE DEFAULT DOMAIN EVENT EXTENSION FUNCTION GROUP INDEX LANGUAGE OPERATOR PACKAGE
	POLICY PROCEDURE PUBLICATION ROLE RULE SCHEMA SEQUENCE SERVER STATISTICS SUBSCRIPTION SYSTEM TABLE TABLESPACE TRIGGER TYPE USER VIEW`)

// verbs are what a statement begins with; another word may be a piece of a text whose quotes do not match.
var verbs = set(`ABORT ALTER ANALYZE BEGIN BINLOG CACHE CALL CASE CHANGE CHECK CHECKPOINT CHECKSUM CLONE CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DESC
	DESCRIBE DISCARD DO DROP END EXECUTE EXPLAIN FETCH FLUSH FOR GET GRANT HANDLER HELP IF IMPORT INSERT INSTALL KILL LISTEN LOAD LOCK LOOP MERGE MOVE NOTIFY OPEN OPTIMIZE
	PREPARE PURGE REASSIGN REFRESH REINDEX RELEASE RENAME REPAIR REPEAT REPLACE RESET RESIGNAL RESTART REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW SHUTDOWN SIGNAL
	START STOP TABLE TRUNCATE UNINSTALL UNLISTEN UNLOCK UPDATE USE VACUUM VALUES WHILE WITH XA`)

func set(words string) map[string]bool {
	made := map[string]bool{}
	for _, w := range strings.Fields(words) {
		made[w] = true
	}
	return made
}

// further are key words beside those that a statement begins with, or is about.
var further = set(`ADD ALL AND AS ASC BY CASCADE COLUMN CONCURRENTLY CONSTRAINT CROSS DISTINCT ELSE EXCEPT EXISTS FOREIGN FROM FULL GENERATED HAVING IN INNER INTERSECT INTO IS JOIN KEY LEFT LIKE LIMIT
	NOT NULL OF OFFSET ON OR ORDER PRIMARY REFERENCES RETURNING RIGHT THEN TO UNION UNIQUE USING WHEN WHERE`)

// IsKeyword tells whether the word is one of SQL's own, whatever it stands for.
func IsKeyword(word string) bool {
	word = strings.ToUpper(word)
	return !isWordStart(word[0]) || verbs[word] || objects[word] || further[word]
}

func kindOf(words []string) string {
	if len(words) == 0 || !verbs[words[0]] {
		return "SQL"
	}
	verb := words[0]
	switch verb {
	case "CREATE", "ALTER", "DROP", "RENAME":
		for i, w := range words[1:] {
			two := w == "EVENT" || w == "AGGREGATE" // EVENT TRIGGER, AGGREGATE FUNCTION
			if objects[w] && !(two && i+2 < len(words) && objects[words[i+2]]) {
				return verb + " " + w
			}
		}
	case "START", "SET", "LOCK", "REFRESH", "TRUNCATE", "COMMENT":
		if len(words) > 1 && (words[1] == "TRANSACTION" || words[1] == "TABLE" || words[1] == "TABLES") {
			return verb + " " + words[1]
		}
	}
	return verb
}

// beginsWith are the words that may follow BEGIN where it begins a transaction; anything else is MariaDB's block.
var beginsWith = set("WORK TRANSACTION ISOLATION READ DEFERRABLE")

func controlOf(words []string) Control {
	is := func(list ...string) bool { return Statement{Words: words}.Starts(list...) }
	prepared := len(words) > 1 && words[1] == "PREPARED"
	switch {
	case is("START", "TRANSACTION"), is("BEGIN", "NOT", "DEFERRABLE"), is("BEGIN") && (len(words) == 1 || beginsWith[words[1]]):
		return Begin
	case (is("COMMIT") || is("END")) && !prepared, is("PREPARE", "TRANSACTION"):
		return Commit
	case (is("ROLLBACK") || is("ABORT")) && !prepared && !slices.Contains(words, "TO"):
		return Rollback
	}
	return None
}

// finish numbers the statements and names them.
func finish(list []Statement) []Statement {
	for i := range list {
		list[i].N = i + 1
		list[i].Kind = kindOf(list[i].Words)
		list[i].Control = controlOf(list[i].Words)
	}
	return list
}

// LineAt is the line of the file at which a character of the statement stands (position from 1, in characters; 0: its
// first line).
func (s Statement) LineAt(position int) int {
	text := []rune(s.Text)
	before := text[:min(max(position-1, 0), len(text))]
	return s.Line + strings.Count(string(before), "\n")
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func isWordStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isWordByte(c byte) bool { return isWordStart(c) || c >= '0' && c <= '9' || c == '$' }

// cutter walks over a text and collects statements.
type cutter struct {
	text  string
	i     int
	line  int
	from  int // start of the statement, -1 before its first word
	first int // line of it
	words []string
	list  []Statement
}

// newCutter makes room for as many statements as there may be, of usual length.
func newCutter(text string) *cutter {
	return &cutter{text: text, line: 1, from: -1, list: make([]Statement, 0, min(strings.Count(text, ";"), len(text)/64)+1)}
}

// advance moves to position to, counting lines.
func (c *cutter) advance(to int) {
	to = min(to, len(c.text))
	c.line += strings.Count(c.text[c.i:to], "\n")
	c.i = to
}

// begin notes that the statement has content here.
func (c *cutter) begin() {
	if c.from < 0 {
		c.from, c.first = c.i, c.line
	}
}

func (c *cutter) end() {
	if c.from >= 0 {
		text := strings.TrimRight(c.text[c.from:c.i], " \t\r\n\f\v")
		words := c.words
		if len(words) > 0 && changesRows[words[0]] {
			words = words[:1] // a file may have very many of these, and nothing asks for more
		}
		if n := len(c.list); n > 0 && slices.Equal(words, c.list[n-1].Words) {
			words = c.list[n-1].Words
		} else {
			words = slices.Clone(words)
		}
		c.list = append(c.list, Statement{Line: c.first, Text: text, Words: words})
	}
	c.from, c.words = -1, c.words[:0]
}

// word consumes one and returns it in upper case.
func (c *cutter) word() string {
	c.begin()
	start := c.i
	for c.i < len(c.text) && isWordByte(c.text[c.i]) {
		c.i++
	}
	w := strings.ToUpper(c.text[start:c.i])
	if len(c.words) < maxWords {
		c.words = append(c.words, w)
	}
	return w
}

func (c *cutter) rest() string { return c.text[c.i:] }

// lineComment consumes up to the end of the line.
func (c *cutter) lineComment() {
	line, _, _ := strings.Cut(c.rest(), "\n")
	c.advance(c.i + len(line))
}

// quoted consumes a quoted text, in which the quote is doubled; escapes tells whether a backslash escapes.
func (c *cutter) quoted(quote byte, escapes bool) {
	c.begin()
	i := c.i + 1
	for ; i < len(c.text) && (c.text[i] != quote || strings.HasPrefix(c.text[i+1:], string(quote))); i++ {
		if c.text[i] == quote || escapes && c.text[i] == '\\' {
			i++
		}
	}
	c.advance(i + 1)
}
