package mysql

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/reach"
	"ecs-migrate/migrator/internal/statement"
)

// Error numbers: "Server Error Message Reference" in the MySQL 8.0 error reference.
const (
	lockWaitTimeout = 1205
	deadlock        = 1213
	interrupted     = 1317
	parseError      = 1064
	accessDenied    = 1045
)

// refused are errors of names, privileges, definitions and of ALGORITHM and LOCK: the server raises them before the statement
// does anything. e2e/refused_test.go and the property test ask MariaDB; 1822, 1824, 1845, 3780 and 3822 are MySQL's words for
// 1005, 1846 and 1826.
var refused = []uint16{
	1005, 1007, 1008, 1044, 1046, 1049, 1050, 1054, 1059, 1060, 1061, 1063, 1064, 1067, 1068, 1071, 1072, 1074, 1075, 1090, 1091, 1101, 1103, 1115, 1118,
	1142, 1143, 1146, 1149, 1166, 1170, 1171, 1176, 1214, 1227, 1252, 1253, 1273, 1286, 1291, 1294, 1305, 1493, 1503, 1505, 1506,
	1553, 1822, 1824, 1826, 1829, 1833, 1845, 1846, 3780, 3822,
}

// undone are errors of a row that does not fit, or finds no room: ALTER TABLE meets it in its copy or its new index, which is
// dropped, and the table stays as it was.
var undone = []uint16{1021, 1062, 1114, 1138, 1264, 1265, 1292, 1366, 1406, 1452, 3819, 4025}

// Failure turns an error of the session into words. s is the statement that ran, or nil.
func (e *Engine) Failure(ctx context.Context, err error, s *statement.Statement) *database.Failure {
	var my *mysql.MySQLError
	if !errors.As(err, &my) {
		if strings.HasSuffix(err.Error(), "' is not registered") { // go-sql-driver sends an empty file in its place
			return &database.Failure{Kind: database.Refused, Message: "LOAD DATA LOCAL reads a file of the migrator's container, which it hands to no server", Effect: database.Nothing}
		}
		return &database.Failure{Kind: database.Lost, Message: "the connection to the database was lost", Effect: database.Unknown}
	}
	f := &database.Failure{Kind: database.Refused, Code: database.Code(strconv.Itoa(int(my.Number))), Message: e.words(my, s), Effect: database.Nothing}
	if s != nil {
		if !e.didNothing(ctx, my.Number, *s) {
			f.Effect = database.Unknown
		}
		inside := 1
		if m := atLine.FindStringSubmatch(my.Message); m != nil {
			inside, _ = strconv.Atoi(m[1])
		}
		f.Line = s.Line + max(inside-1, 0)
	}
	switch my.Number {
	case lockWaitTimeout, deadlock:
		f.Kind, f.Again = database.Locked, f.Effect == database.Nothing
	case interrupted:
		f.Kind = database.Cancelled
	case 1927, 1053: // connection was killed, server shutdown
		f.Kind = database.Lost
	}
	return f
}

// didNothing tells whether it is sure that the failed statement itself did nothing. InnoDB rolls a statement back whole; DDL of
// one table does nothing if the server refused it by name or never got its lock.
func (e *Engine) didNothing(ctx context.Context, n uint16, s statement.Statement) bool {
	switch {
	case s.Control != statement.None && n == deadlock:
		return true // Galera refuses a COMMIT so
	case s.RunsOthers():
		return false
	case n == parseError:
		return true
	case s.Control != statement.None:
		return false
	case s.ChangesRows():
		return e.transactional(ctx)
	case e.isMySQL8() && atomicDDL(s, n) && e.transactional(ctx):
		return true
	}
	waited := n == lockWaitTimeout || n == deadlock
	early := slices.Contains(refused, n) || waited
	switch s.Kind {
	case "CREATE USER", "ALTER USER", "DROP USER", "RENAME USER", "GRANT", "REVOKE", "CREATE ROLE", "DROP ROLE":
		// MySQL 8 does them whole or not at all; every server looks for the privilege first.
		return e.isMySQL8() || n == 1044 || n == accessDenied || n == 1142 || n == 1227
	case "ALTER TABLE", "CREATE INDEX", "DROP INDEX":
		return early || slices.Contains(undone, n)
	case "CREATE VIEW", "CREATE TRIGGER", "CREATE PROCEDURE", "CREATE FUNCTION", "CREATE DATABASE", "CREATE SCHEMA", "DROP DATABASE", "DROP SCHEMA", "ALTER DATABASE", "USE":
		return early
	case "CREATE TABLE":
		return early && !s.Has("SELECT")
	case "DROP TABLE", "RENAME TABLE", "TRUNCATE TABLE", "TRUNCATE":
		// MariaDB drops the first of two tables although the second is missing; but it locks all before it begins.
		return waited || n == 1142
	}
	return false
}

// atomicDDL tells whether MySQL 8 does the statement whole or not at all if its tables are InnoDB's ("Atomic Data Definition
// Statement Support" in its manual). A table that a failed DROP took away is no longer there to tell its engine: of DROP
// only the errors count that the server raises before it begins.
func atomicDDL(s statement.Statement, n uint16) bool {
	switch s.Kind {
	case "ALTER TABLE", "CREATE INDEX", "DROP INDEX", "CREATE TABLE":
		return !s.Has("SELECT")
	case "DROP TABLE":
		return n == 1051 || n == 3730
	}
	return false
}

var (
	atLine   = regexp.MustCompile(`at line (\d+)$`)
	quotedIn = regexp.MustCompile(`(?s)'.*'`)
	// named begins the server's own words about names. SIGNAL gives its text any number.
	named = regexp.MustCompile(`^(Access denied|All parts|BLOB|COLLATION|CONSTRAINT|Can't|Cannot|Check|Column|Constraint|Data|Database|Deadlock found|Duplicate|Error|Event|FUNCTION|` +
		`Failed|Field|Foreign key|Identifier|Incorrect|Index|Invalid|Key|Lock wait|Multiple|No database|Operation|Out of range|PROCEDURE|Partition|Referencing|SAVEPOINT|` +
		`Specified|TRIGGER|Table|The (user|table)|Too many|Trigger|Unknown|User|VIEW|Variable|View|[\w ]+ command denied) ?`)
)

// namesOnly are errors whose quoted words are names of tables, columns, keys, events, variables and users.
var namesOnly = []uint16{
	1005, 1007, 1008, 1044, 1045, 1046, 1048, 1049, 1050, 1051, 1054, 1059, 1060, 1061, 1067, 1068, 1069, 1072, 1074,
	1075, 1091, 1101, 1114, 1115, 1142, 1143, 1146, 1166, 1170, 1171, 1176, 1193, 1203, 1205, 1213, 1215, 1216, 1217, 1226, 1227, 1229,
	1238, 1253, 1264, 1265, 1273, 1286, 1294, 1305, 1360, 1364, 1370, 1396, 1406, 1449, 1451, 1452, 1505, 1537, 1539,
	1553, 1701, 1822, 1824, 1826, 1828, 1829, 1830, 1832, 1833, 1834, 3730, 3734, 3780, 3819, 3821, 3822, 3940, 4092,
}

// withheld is what stands in place of a value in a message of such a number, and wherever else something is quoted.
var withheld = map[uint16]struct {
	value   *regexp.Regexp
	instead string
}{
	parseError: {regexp.MustCompile(`(?s)near '.*' at line`), "near (withheld) at line"},
	1062:       {regexp.MustCompile(`(?s)'.*' for key`), "(withheld) for key"},
	1231:       {regexp.MustCompile(`(?s)value of '.*`), "value of (withheld)"},
	1526:       {regexp.MustCompile(`(?s)for value .*`), "for value (withheld)"},
}

// words are the server's message without values: the text near a syntax error, entries of rows, values of columns.
func (e *Engine) words(my *mysql.MySQLError, s *statement.Statement) string {
	signals := s != nil && (s.Starts("SIGNAL") || s.Starts("RESIGNAL"))
	names := slices.Contains(namesOnly, my.Number)
	switch {
	case e.settings.ShowDetails:
		return my.Message
	case signals, string(my.SQLState[:]) == "45000", my.Number == 1644, my.Number == 1643, names && !named.MatchString(my.Message):
		return "the SQL signalled an error, whose text is withheld (showErrorDetails shows it)"
	case names:
		return my.Message
	case my.Number == parseError && s != nil && s.Starts("DELIMITER"):
		return "DELIMITER is a command of the mysql client, which the server does not know; the migrator finds the ends of routines without it, so leave it out and write END;"
	}
	if known, ok := withheld[my.Number]; ok {
		return known.value.ReplaceAllString(my.Message, known.instead)
	}
	return quotedIn.ReplaceAllString(my.Message, "(withheld)")
}

// explainConnect says why no session began.
func (e *Engine) explainConnect(err error) *database.Failure {
	var my *mysql.MySQLError
	var known *database.Failure
	switch {
	case errors.As(err, &known): // no IAM token
		return known
	case errors.As(err, &my):
		return reach.Refused(strconv.Itoa(int(my.Number)), e.words(my, nil))
	case errors.Is(err, mysql.ErrNoTLS):
		return &database.Failure{Kind: database.TLS, Message: "the database offers no TLS, and tls asks for it: enable it, or set tls=false"}
	case errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrNativePassword):
		return &database.Failure{Kind: database.Login, Message: "the database asks for a kind of login that the URL does not allow: " + err.Error()}
	}
	return reach.Explain(err, e.at)
}
