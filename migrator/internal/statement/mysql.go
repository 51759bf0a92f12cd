package statement

import (
	"strings"
)

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

// What may be open in a statement that holds others.
const (
	block      = "BEGIN"   // up to an END that stands where a statement begins; IF, CASE, LOOP and the like as well
	repeats    = "REPEAT"  // up to UNTIL … END REPEAT
	loopHead   = "WHILE"   // WHILE or FOR, up to its DO or LOOP
	declares   = "DECLARE" // Oracle mode: from AS, IS or DECLARE up to BEGIN
	packaged   = "PACKAGE" // Oracle mode: from AS or IS up to END
	expression = "CASE"    // up to the END of an expression
)

var (
	routines = set("EVENT FUNCTION PACKAGE PROCEDURE TRIGGER")
	others   = set("DATABASE INDEX ROLE SCHEMA SEQUENCE SERVER TABLE USER VIEW")
	// opens are words that begin a body of several statements, simple ones of a body that is one statement.
	opens  = set("BEGIN CASE FOR IF LOOP REPEAT WHILE")
	simple = set("ALTER CALL CREATE DELETE DO DROP INSERT REPLACE SELECT SET SIGNAL TRUNCATE UPDATE VALUES WITH")
	// expects are words after which an operand comes, so that END is a column's name there.
	expects = set("AND BETWEEN BINARY CASE COLLATE DIV ELSE ESCAPE IN INTERVAL IS LIKE MOD NOT OR REGEXP RLIKE THEN WHEN XOR")
	// tests follow an IS that is no Oracle mode's AS.
	tests = set("FALSE NOT NULL TRUE UNKNOWN")
)

// compound follows the nesting of the statements of MySQL and MariaDB that hold others (sql/sql_yacc.yy of both): bodies of
// routines, triggers, events and packages, and outside of them BEGIN NOT ATOMIC, IF, CASE, LOOP, WHILE, REPEAT and FOR.
type compound struct {
	open []string
	// head is what is declared until its body begins: PROCEDURE, FUNCTION, TRIGGER, ROW, EVENT, PACKAGE, RETURN, HANDLER.
	head string
	// body: the statement holds others. plain: it does not.
	body, plain bool
	// start: the next word begins a statement. labelled: the word before began one, and may be a label.
	start, labelled bool
	last            string // the word or character before
	parens          int    // in a head
}

func newCompound() compound { return compound{start: true} }

func (c *compound) top() string {
	if len(c.open) == 0 {
		return ""
	}
	return c.open[len(c.open)-1]
}

func (c *compound) pop() { c.open = c.open[:max(0, len(c.open)-1)] }

// push opens something; start tells whether a statement begins behind the word.
func (c *compound) push(what string, start bool) {
	c.open, c.body, c.start, c.head = append(c.open, what), true, start, ""
}

// semicolon tells whether it ends the whole statement.
func (c *compound) semicolon() bool {
	for c.top() == expression {
		c.pop()
	}
	if len(c.open) == 1 && (c.last == "BEGIN" || c.last == "WORK") { // a transaction, no block
		c.pop()
	}
	c.head, c.start, c.labelled, c.last, c.parens = "", true, false, ";", 0
	return len(c.open) == 0
}

// other takes a character that begins no word, or a quoted text by its quote; next is the text behind it.
func (c *compound) other(b byte, next string) {
	start, labelled, last := c.start, c.labelled, c.last
	c.start, c.labelled, c.last = false, false, string(b)
	switch b {
	case '(':
		c.parens++
	case ')':
		c.parens = max(0, c.parens-1)
	case '`':
		c.labelled = start
	case ':': // label:, but not a := 1
		c.start = labelled && !strings.HasPrefix(next, "=")
	case '<': // <<label>>
		c.start = start
	case '>':
		c.labelled, c.start = labelled, labelled && last == ">"
	}
}

// word takes the next word of the statement, whose words so far are words; next is the text behind it.
func (c *compound) word(word string, words []string, next string) {
	start, last := c.start, c.last
	c.start, c.labelled, c.last = false, start, word
	switch {
	case c.plain, last == ".", last == "@": // a name
	case c.head != "":
		c.heading(word, last, next)
	case c.body, start:
		c.inside(word, start, last, next)
	default:
		c.declare(word, words[0])
	}
}

// declare recognises what CREATE or ALTER has a body for.
func (c *compound) declare(word, verb string) {
	switch {
	case verb != "CREATE" && verb != "ALTER", others[word]:
		c.plain = true
	case routines[word]:
		c.head = word
	}
}

// heading looks for the word with which the body begins.
func (c *compound) heading(word, last, next string) {
	oracle := (word == "AS" || word == "IS") && c.parens == 0 && !strings.HasPrefix(next, "$") && !tests[firstWord(next)]
	switch {
	case c.head == "TRIGGER":
		if word == "ROW" {
			c.head = "ROW" // FOLLOWS or PRECEDES and a name may stand here
		}
	case c.head == "EVENT":
		if word == "DO" {
			c.head, c.body, c.start = "", true, true
		}
	case c.head == "PACKAGE":
		if oracle {
			c.push(packaged, true)
		}
	case c.parens > 0, (last == "PROCEDURE" || last == "FUNCTION") && word == "IF": // IF NOT EXISTS
	case oracle:
		c.push(declares, true)
	case c.head == "RETURN":
	case word == "RETURN":
		c.head = word // Oracle mode names a type here, and then the body
	case word == "SET" && (strings.HasPrefix(next, "(") || last == "CHARACTER" || last == "CHAR"): // a type
	case simple[word]:
		c.head, c.body = "", true
	case opens[word]:
		c.head, c.body = "", true
		c.inside(word, true, last, next)
	}
}

// inside takes a word of a body, or the first word of a statement.
func (c *compound) inside(word string, start bool, last, next string) {
	top := c.top()
	switch {
	case word == "END" && c.closes(start, last, next):
		c.pop()
	case word == "CASE" && !start:
		if last != "END" {
			c.push(expression, false)
		}
	case top == loopHead && (word == "DO" || word == "LOOP"), start && word == "BEGIN" && (top == declares || top == packaged):
		c.pop()
		c.push(block, true)
	case word == "THEN", word == "ELSE":
		c.start = top != expression
	case word == "ATOMIC" && last == "NOT":
		c.start = true
	case word == "FOR" && last == "HANDLER":
		c.head = last
	case !start:
	case word == "BEGIN", word == "LOOP":
		c.push(block, true)
	case word == "REPEAT":
		c.push(repeats, true)
	case word == "IF", word == "CASE":
		c.push(block, false)
	case word == "WHILE", word == "FOR":
		c.push(loopHead, false)
	case word == "DECLARE" && !c.body:
		c.push(declares, true)
	case routines[word] && (!c.body || top == declares || top == packaged): // CREATE may stand in a comment: /*!50003 CREATE */
		c.head = word
	}
}

// closes tells whether an END closes what is open. Anywhere else it is a name: END is no reserved word.
func (c *compound) closes(start bool, last, next string) bool {
	switch c.top() {
	case "":
		return false
	case expression:
		return len(last) == 1 && strings.Contains(")'\"`", last) || isWordByte(last[0]) && !expects[last]
	case repeats:
		return start || firstWord(next) == "REPEAT"
	}
	return start
}

// firstWord is the word at the start of the text, in upper case.
func firstWord(text string) string {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return strings.ToUpper(text[:n])
}
