package config

import (
	"strings"
	"testing"
	"time"
)

// from is an environment.
func from(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestArguments(t *testing.T) {
	env := from("MIGRATION_DB", "postgres://u:p@h/d")
	good := map[string]Config{
		"up":            {Operation: "up"},
		"down 3":        {Operation: "down", Argument: "3", Steps: 3},
		"down --all":    {Operation: "down", Argument: "--all"},
		"goto 20261124": {Operation: "goto", Argument: "20261124", Version: 20261124},
		"goto 000012":   {Operation: "goto", Argument: "000012", Version: 12},
		"force -1":      {Operation: "force", Argument: "-1", Version: -1},
		"force 7":       {Operation: "force", Argument: "7", Version: 7},
		"version":       {Operation: "version"},
		"status":        {Operation: "status"},
		"inspect":       {Operation: "inspect"},
	}
	for args, want := range good {
		c, err := Read(strings.Fields(args), env)
		if err != nil || c.Operation != want.Operation || c.Argument != want.Argument || c.Steps != want.Steps || c.Version != want.Version {
			t.Errorf("%s: %+v, %v", args, c, err)
		}
	}
	bad := []struct {
		args  []string
		words string
	}{
		{nil, "an operation is missing"},
		{[]string{""}, "an operation is missing"},
		{[]string{"migrate"}, "the operation is unknown"},
		{[]string{"up", "3"}, "up takes no argument"},
		{[]string{"version", "x"}, "version takes no argument"},
		{[]string{"status", ""}, "status takes no argument"},
		{[]string{"down"}, "down needs one argument: a number from 1 on, or --all"},
		{[]string{"down", "1", "2"}, "down needs one argument: a number from 1 on, or --all"},
		{[]string{"down", "0"}, "down needs a number from 1 on, or --all"},
		{[]string{"down", "000"}, "down needs a number from 1 on, or --all"},
		{[]string{"down", "-1"}, "down needs a number from 1 on, or --all"},
		{[]string{"down", "-all"}, "down needs a number from 1 on, or --all"},
		{[]string{"down", "1x"}, "down needs a number from 1 on, or --all"},
		{[]string{"goto"}, "goto needs one argument: a version: digits only"},
		{[]string{"goto", "-1"}, "goto needs a version: digits only"},
		{[]string{"goto", "1; true"}, "goto needs a version: digits only"},
		{[]string{"goto", strings.Repeat("9", 19)}, "goto needs a version: digits only"},
		{[]string{"force", "-2"}, "force needs a version: digits only, or -1 for none"},
		{[]string{"force", "1", "2"}, "force needs one argument: a version: digits only, or -1 for none"},
	}
	for _, c := range bad {
		if _, err := Read(c.args, env); err == nil || err.Error() != c.words {
			t.Errorf("%q: %v", c.args, err)
		}
	}
}

func TestSettings(t *testing.T) {
	c, err := Read([]string{"up"}, from("MIGRATION_DB", "postgres://u:p@h/d", "LOCK_TIMEOUT", "0", "LOCK_BUDGET", "90", "CONNECT_TIMEOUT", "500ms", "SHOW_ERROR_DETAILS", "true"))
	if err != nil || c.LockTimeout != 0 || c.LockBudget != 90*time.Second || c.ConnectTimeout != 500*time.Millisecond || c.StopTimeout != 2*time.Minute || !c.ShowDetails {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, pair := range [][2]string{{"LOCK_TIMEOUT", "soon"}, {"LOCK_BUDGET", "-1s"}, {"CONNECT_TIMEOUT", "5 s"}, {"SHOW_ERROR_DETAILS", "yes"}, {"DATABASE_AUTH", "kerberos"}, {"HEARTBEAT", "0"}} {
		if _, err := Read([]string{"up"}, from("MIGRATION_DB", "postgres://u:p@h/d", pair[0], pair[1])); err == nil || !strings.Contains(err.Error(), pair[0]) {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

func TestURLs(t *testing.T) {
	cases := []struct{ url, engine, endpoint, user, password string }{
		{"postgres://u:p%40ss@h:5433/shop?sslmode=disable", "postgres", "h:5433/shop", "u", "p@ss"},
		{"postgresql://u:p@ss@h/shop", "postgres", "h:5432/shop", "u", "p@ss"},
		{"pgx5://h/shop", "postgres", "h:5432/shop", "", ""},
		{"postgres://u:p@[::1]:5432/shop", "postgres", "[::1]:5432/shop", "u", "p"},
		{"mysql://u:p%40s@tcp(h:3307)/shop?tls=custom&x-tls-ca=/a/b.pem", "mysql", "h:3307/shop", "u", "p@s"},
		{"mysql://u:p?a/b@tcp(h)/shop?parseTime=true", "mysql", "h:3306/shop", "u", "p?a/b"},
		{"mysql://u:p@tcp(h:3306)/", "mysql", "h:3306/", "u", "p"},
	}
	for _, c := range cases {
		got, err := readDatabase(from("MIGRATION_DB", c.url))
		if err != nil || got.Engine != c.engine || got.EndpointText != c.endpoint || got.User != c.user || got.Password != c.password {
			t.Errorf("%s: %+v, %v", c.url, got, err)
		}
	}
}

func TestURLsThatDoNotRead(t *testing.T) {
	cases := map[string]string{
		// Case R3.
		"postgres://u:Secret1@Part9xyz#rest@host/db":  "it has a # that is not encoded",
		"mysql://weird:Sec9ret/MoreTail7@tcp(h:3306)": "its parts cannot be told apart",
		"pgx5://u:pw@ab/Wvabcd@host/shop":             "an @ stands after the host",
		// Case R13.
		"postgres://u:p@h/d\n":        "begins or ends with a newline; store the secret again without it",
		" postgres://u:p@h/d":         "begins or ends with a space",
		"postgres://u:p\nq@h/d":       "a newline or another control character inside",
		`"postgres://u:p@h/d"`:        "is in quotes",
		`{"username":"u"}`:            "is a JSON document",
		"//u:p@h/d":                   "must begin with a scheme",
		"mariadb://u:p@tcp(h:3306)/d": "built without a driver for; it has postgres and mysql (MariaDB's as well)",
		"postgres:u:p@h/d":            "after the scheme comes ://",
		"postgres://u:pa%zz@h/d":      "its parts cannot be told apart",
		"postgres://u:pa/ss@h/d":      "an @ stands after the host",
		"postgres://u:12?ss@h/d":      "an @ stands after the host",
		"postgres://u:p@h/a/b":        "more than the database's name stands after the host",
		"mysql://u:p%zz@tcp(h)/d":     "a % in user or password is not encoded",
		"mysql://u:p@tcp(h:x)/d":      "the port is no number",
		"mysql://u:p@tcp(h)/d?a=%zz":  "what follows the ? is no list of parameters",
	}
	for url, words := range cases {
		_, err := readDatabase(from("MIGRATION_DB", url))
		if err == nil || !strings.Contains(err.Error(), words) || !strings.HasPrefix(err.Error(), "MIGRATION_DB ") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestParts(t *testing.T) {
	all := []string{"DATABASE_HOST", "h", "DATABASE_NAME", "n", "DATABASE_USER", "u", "DATABASE_PASSWORD", "p"}
	without := func(name string) func(string) string {
		list := []string{}
		for i := 0; i < len(all); i += 2 {
			if all[i] != name {
				list = append(list, all[i], all[i+1])
			}
		}
		return from(list...)
	}
	d, err := readDatabase(from(append(all, "DATABASE_ENGINE", "aurora-mysql", "DATABASE_SECRET", "/prod/migration")...))
	if err != nil || d.Engine != "mysql" || d.EndpointText != "h:3306/n" || d.SecretDigest != Digest16("/prod/migration") {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, name := range []string{"DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD"} {
		if _, err := readDatabase(without(name)); err == nil || !strings.HasPrefix(err.Error(), name+" is missing") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readDatabase(from(append(all, "MIGRATION_DB", "postgres://h/d")...)); err == nil {
		t.Error("a URL and its parts are taken together")
	}
	if _, err := readDatabase(without("DATABASE_HOST")); err == nil || !strings.HasPrefix(err.Error(), "MIGRATION_DB is missing") {
		t.Error(err)
	}
}

// The same text and digest as in test/app/contract.test.ts.
func TestDigest16(t *testing.T) {
	if got := Digest16("/prod/migration"); got != "2a262772867ebcf9" {
		t.Fatal(got)
	}
}
