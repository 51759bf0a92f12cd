package e2e

import (
	"fmt"
	"strings"
)

// A random file, and what is known of it.
type randomFile struct {
	text string
	// whole: it is one transaction, so it must never leave the database dirty.
	whole bool
}

func (x *trial) pick(list ...string) string {
	text := list[x.r.IntN(len(list))]
	for strings.Contains(text, "#") {
		x.n++
		text = strings.Replace(text, "#", fmt.Sprint(x.n), 1)
	}
	return text
}

func (x *trial) file() randomFile {
	if x.my != nil {
		return x.mariaFile()
	}
	fails := []string{"SELECT 1/0;", "INSERT INTO nope VALUES (1);", "SELEC 1;", "ALTER TABLE effects ADD n int;", "DO $$ BEGIN RAISE EXCEPTION 'x'; END $$;", "VACUUM effects;", "CALL commits();"}
	plain := []string{"CREATE TABLE t# (id int);", "INSERT INTO effects VALUES (#);", "UPDATE effects SET n = n + 1;", "ALTER TABLE twice ADD COLUMN c# int;",
		"DO $$ BEGIN INSERT INTO effects VALUES (#); END $$;", "CREATE INDEX ON twice (a);", "SELECT pg_sleep(0.01);", "SET LOCAL lock_timeout = '1s';", "CALL plain();",
		"CREATE FUNCTION f#() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;", "SET ROLE NONE;"}
	if x.r.IntN(4) == 0 {
		alone := x.pick("CREATE INDEX CONCURRENTLY i# ON effects (n);", "CREATE UNIQUE INDEX CONCURRENTLY i# ON twice (a);", "VACUUM effects;", "CALL commits();", "CALL commits_and_fails();",
			"DO $$ BEGIN INSERT INTO effects VALUES (1); COMMIT; INSERT INTO effects VALUES (2); END $$;", "DO $$ BEGIN INSERT INTO effects VALUES (1); COMMIT; PERFORM 1/0; END $$;",
			"CREATE INDEX CONCURRENTLY i ON nope (a);", "REINDEX TABLE CONCURRENTLY twice;", "DROP INDEX CONCURRENTLY nope;")
		return randomFile{text: alone}
	}
	list := []string{}
	for range 1 + x.r.IntN(6) {
		list = append(list, x.pick(plain...))
	}
	if x.r.IntN(2) == 0 {
		at := x.r.IntN(len(list) + 1)
		list = append(list[:at], append([]string{x.pick(fails...)}, list[at:]...)...)
	}
	f := randomFile{whole: true}
	switch x.r.IntN(5) {
	case 0:
		list = append(append([]string{"BEGIN;"}, list...), "COMMIT;")
	case 1:
		f.whole = false
		for range 1 + x.r.IntN(3) {
			at := x.r.IntN(len(list) + 1)
			list = append(list[:at], append([]string{x.pick("COMMIT;", "BEGIN;", "ROLLBACK;", "COMMIT; BEGIN;", "SAVEPOINT s;", "ROLLBACK; BEGIN;", "PREPARE TRANSACTION 'p#';", "COMMIT AND CHAIN;")}, list[at:]...)...)
		}
	}
	if len(list) == 1 && (strings.HasPrefix(list[0], "CALL") || strings.HasPrefix(list[0], "VACUUM")) {
		f.whole = false
	}
	f.text = strings.Join(list, "\n")
	return f
}

func (x *trial) mariaFile() randomFile {
	onlyMariaDB := []string{"NOT ATOMIC", "IF 1 THEN", "FOR i IN"}
	fails := maria.without([]string{"INSERT INTO nope VALUES (1);", "SELEC 1;", "INSERT INTO once VALUES (8), (7), (9);", "ALTER TABLE effects ADD n int;", "DROP TABLE effects2, nope;", "CALL fails();",
		"SIGNAL SQLSTATE '45000';", "CALL misspelt();", "BEGIN NOT ATOMIC INSERT INTO effects VALUES (#); INSERT INTO nope VALUES (1); END;",
		"IF 1 THEN INSERT INTO effects VALUES (#); EXECUTE IMMEDIATE 'SELEC 1'; END IF;", "CREATE TABLE once (n int);", "RENAME TABLE once TO o2, nope TO n2;",
		"ALTER TABLE effects ADD UNIQUE (n), ADD c# int;", "ALTER TABLE effects MODIFY n varchar(1), ADD CONSTRAINT CHECK (n < 0);", "CREATE TABLE r# (n int, FOREIGN KEY (n) REFERENCES nope (n));",
		"ALTER TABLE once ADD d# int, DROP COLUMN nope;"}, onlyMariaDB...)
	rows := []string{"INSERT INTO effects VALUES (#);", "UPDATE effects SET n = n + 1;", "SELECT SLEEP(0.01);", "DELETE FROM once WHERE n = 99;"}
	plain := append(maria.without([]string{"CREATE TABLE t# (id int);", "ALTER TABLE once ADD COLUMN c# int;", "CALL plain();", "CREATE INDEX i# ON effects (n);", "CREATE TABLE effects2 AS SELECT 1 AS a;",
		"BEGIN NOT ATOMIC INSERT INTO effects VALUES (#); INSERT INTO effects VALUES (#); END;", "FOR i IN 1..2 DO INSERT INTO effects VALUES (#); END FOR;",
		"XA START 'x'; INSERT INTO effects VALUES (#); XA END 'x'; XA COMMIT 'x' ONE PHASE;", "DROP TABLE IF EXISTS t1;"}, onlyMariaDB...), rows...)
	if x.one("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'isam'") != "0" {
		fails = append(fails, "INSERT INTO isam VALUES (8), (7), (9);")
		rows = append(rows, "INSERT INTO isam VALUES (#0);")
	}
	list := []string{}
	transaction := x.r.IntN(3) == 0
	for range 1 + x.r.IntN(5) {
		if transaction {
			list = append(list, x.pick(rows...))
		} else {
			list = append(list, x.pick(plain...))
		}
	}
	if x.r.IntN(2) == 0 {
		at := x.r.IntN(len(list) + 1)
		list = append(list[:at], append([]string{x.pick(fails...)}, list[at:]...)...)
	}
	if transaction {
		list = append(append([]string{"START TRANSACTION;"}, list...), x.pick("COMMIT;", "COMMIT;", "ROLLBACK;", ""))
	}
	if x.r.IntN(4) == 0 {
		at := x.r.IntN(len(list) + 1)
		list = append(list[:at], append([]string{x.pick("START TRANSACTION;", "COMMIT;", "SET autocommit = 0;", "SET autocommit = 1;", "ROLLBACK;", "COMMIT AND CHAIN;", "BEGIN; INSERT INTO effects VALUES (#);")}, list[at:]...)...)
	}
	return randomFile{text: strings.Join(list, "\n")}
}
