package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// shapes are statements with a value at each @, in quotes. Each server takes most of them.
var shapes = map[string][]string{
	"PostgreSQL": {
		"INSERT INTO u (mail) VALUES ('@')", "INSERT INTO u (id) VALUES ('@')", "UPDATE u SET mail = '@' WHERE id = '@'", "SELECT '@'::date, '@'::int", "ALTER TABLE u ADD COLUMN c text DEFAULT '@' CHECK (c <> '@')",
		"CREATE ROLE x LOGIN PASSWORD '@' VALID UNTIL '@'", "DO $$ BEGIN RAISE EXCEPTION '%', '@'; END $$", "COMMENT ON TABLE u IS '@'", "SELECT set_config('work_mem', '@', true)", "SET work_mem = '@'",
		"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''@'''", "SELECT json '{\"a\": @}'", "SELECT E'\\x@', U&'\\@'", "INSERT INTO u SELECT '@', '@' FROM u WHERE mail LIKE '@' ESCAPE '@'",
		"SELECT format('%s %z', '@')", "SELECT '@' ~ '('", "SELECT to_date('@', 'YYYY'), to_number('@', '9')", "ALTER TYPE mood ADD VALUE '@' AFTER '@'", "INSERT INTO m VALUES ('@')", "SELECT ARRAY['@']::int[], '{@}'::int[]",
		"COPY u FROM '/@'", "NOTIFY x, '@'", "SELECT xmlparse(document '<@>')", "SELECT '@'::inet, '@'::uuid, '@'::interval, '@'::tsquery, '@'::point",
		"SELECT 1 FROM u WHERE mail IN ('@', '@') AND id = $1", "CREATE EXTENSION x SCHEMA y VERSION '@'", "PREPARE p AS SELECT '@'; EXECUTE p('@')", "SELECT jsonb_path_query('{}', '@')", "SELECT decode('@', 'hex'), lo_import('@')",
	},
	"MariaDB": {
		"INSERT INTO u (mail) VALUES ('@')", "INSERT INTO u (id) VALUES ('@')", "UPDATE u SET mail = '@' WHERE id = '@'", "ALTER TABLE u ADD COLUMN c int DEFAULT '@'", "ALTER TABLE u ADD COLUMN c date DEFAULT '@', COMMENT '@'",
		"CREATE USER x IDENTIFIED BY '@'", "SET PASSWORD FOR 'nobody' = '@'", "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '@'", "SET SESSION sql_mode = '@'", "SELECT CAST('@' AS date), CONVERT('@' USING x)", "SET time_zone = '@'",
		"INSERT INTO e VALUES ('@')", "SELECT '@' REGEXP '('", "SELECT JSON_EXTRACT('@', '@')", "LOAD DATA INFILE '/@' INTO TABLE u", "INSERT INTO u VALUES (1, '@'), (1, '@')", "SELECT ST_GeomFromText('@')",
		"CREATE EVENT ev ON SCHEDULE AT '@' DO SELECT '@'", "ALTER TABLE u PARTITION BY LIST COLUMNS (mail) (PARTITION a VALUES IN ('@'))", "SELECT * FROM u INTO OUTFILE '/@'", "GRANT ALL ON *.* TO 'a'@'@' IDENTIFIED BY '@'", "SET GLOBAL general_log_file = '@'",
		"CREATE VIEW v AS SELECT '@' AS a, nope FROM u", "SELECT STR_TO_DATE('@', '%Y'), '@' COLLATE x", "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (PASSWORD '@')", "SELECT LOAD_FILE('@'), UUID_TO_BIN('@')",
	},
}

// A misspelt statement, whose quotes may not match any more, shows no value of its own: in nothing that is printed.
func TestMisspeltStatementsShowNoValues(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		from := firstSeed(t, *files)
		list := shapes["PostgreSQL"]
		d.exec("CREATE TABLE u (id int PRIMARY KEY, mail varchar(20) UNIQUE)")
		d.exec("INSERT INTO u VALUES (1, 'a')")
		if d.my != nil {
			list = shapes["MariaDB"]
			d.exec("CREATE TABLE e (m enum('a', 'b'))")
		} else {
			d.exec("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE m (m mood)")
		}
		for n := range *files {
			r := rand.New(rand.NewPCG(from, uint64(n)))
			text, pieces := misspell(r, list[r.IntN(len(list))])
			d.migrate(t.TempDir(), "force -1")
			ran := d.migrate(folder(t, "1_a.up.sql", text), "up")
			for _, piece := range pieces {
				if strings.Contains(strings.ToLower(ran.out), strings.ToLower(piece)) {
					t.Fatalf("file %d of seed %d shows %s:\n%s\n%s", n, from, piece, text, ran.out)
				}
			}
		}
	})
}

// misspell puts values into a shape, and breaks up to three characters of the shape.
func misspell(r *rand.Rand, shape string) (text string, values []string) {
	for range r.IntN(4) {
		at := r.IntN(len(shape))
		switch {
		case shape[at] == '@', at+1 < len(shape) && shape[at+1] == '@': // without its first quote a value is a name
		case r.IntN(2) == 0:
			shape = shape[:at] + shape[at+1:]
		default:
			shape = shape[:at] + string("'\"(),; $\\x-"[r.IntN(11)]) + shape[at:]
		}
	}
	for strings.Contains(shape, "@") {
		value := fmt.Sprintf("zq%dxv%dkj", r.IntN(1e6), r.IntN(1e6))
		if r.IntN(3) == 0 {
			value = fmt.Sprintf("4%015d", r.Int64N(1e15))
		}
		values = append(values, value)
		shape = strings.Replace(shape, "@", value, 1)
	}
	return shape, values
}
