package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Database is where the database is and who asks. Its texts are never printed, but for host, port, name and user in errors.
type Database struct {
	// Engine is postgres, mysql, or another scheme of golang-migrate.
	Engine string
	// URL is what was given. With parts it is empty.
	URL                        string
	Host, Port, Name           string
	User, Password             string
	Params                     url.Values
	IAM                        bool
	Parts                      bool
	SecretDigest, EndpointText string
	// golang-migrate's x-migrations-table and its like.
	Table                               string
	TableQuoted, MultiStatement, NoLock bool
	StatementTimeout                    string // in milliseconds, or empty
}

// Secrets are the values that must not show: to be masked before anything is printed.
func (d Database) Secrets() []string {
	list := []string{d.URL, d.Password}
	if d.User != "" && d.Password != "" {
		list = append(list, d.User+":"+d.Password+"@")
	}
	for name, values := range d.Params {
		if secretName.MatchString(name) {
			list = append(list, values...)
		}
	}
	return list
}

// RawSecrets are the secrets of an environment that could not be read.
func RawSecrets(env func(string) string) []string {
	list := []string{env("MIGRATION_DB"), env("DATABASE_PASSWORD"), env("PGPASSWORD")}
	rest := list[0][strings.Index(list[0], "://")+1:]
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		login := strings.TrimPrefix(rest[:at], "//")
		_, password, _ := strings.Cut(login, ":")
		list = append(list, login, password)
	}
	return list
}

var secretName = regexp.MustCompile(`(?i)pass|pwd|secret|token`)

// Escape is the advice for every URL that does not read: where a character stands for itself, and where it ends a part.
const Escape = "percent-encode the characters : / ? # [ ] @ % and spaces in its user and password (%40 for @, %23 for #, %2F for /)"

func readDatabase(env func(string) string) (Database, error) {
	raw, host := env("MIGRATION_DB"), env("DATABASE_HOST")
	var d Database
	var err error
	switch {
	case raw != "" && host != "":
		return d, fmt.Errorf("MIGRATION_DB and DATABASE_HOST are both set; give the URL or its parts, not both")
	case raw != "":
		d, err = readURL(raw)
	case host != "":
		d, err = readParts(env)
	default:
		return d, fmt.Errorf("MIGRATION_DB is missing: the database URL, for example postgres://user:password@host:5432/name; or DATABASE_HOST and its like")
	}
	if err != nil {
		return d, err
	}
	switch env("DATABASE_AUTH") {
	case "", "password":
	case "iam":
		d.IAM = true
		if d.User == "" {
			return d, fmt.Errorf("DATABASE_AUTH is iam, and there is no user: set DATABASE_USER, or the user in the URL")
		}
	default:
		return d, fmt.Errorf("DATABASE_AUTH must be password or iam")
	}
	if _, own := standardPort[d.Engine]; own {
		err = d.readOwn()
	}
	d.EndpointText = net.JoinHostPort(d.Host, d.Port) + "/" + d.Name
	d.SecretDigest = Digest16(cmp.Or(env("DATABASE_SECRET"), d.EndpointText))
	return d, err
}

// engineOf maps golang-migrate's schemes.
func engineOf(scheme string) string {
	switch scheme {
	case "postgres", "postgresql", "pgx", "pgx4", "pgx5":
		return "postgres"
	}
	return scheme
}

func readParts(env func(string) string) (Database, error) {
	d := Database{
		Parts: true, Engine: env("DATABASE_ENGINE"), Host: env("DATABASE_HOST"), Port: env("DATABASE_PORT"), Name: env("DATABASE_NAME"),
		User: env("DATABASE_USER"), Password: env("DATABASE_PASSWORD"),
	}
	switch strings.ToLower(d.Engine) {
	// The words that an RDS-managed secret and RDS itself use as well.
	case "", "postgres", "postgresql", "aurora-postgresql":
		d.Engine = "postgres"
	case "mysql", "mariadb", "aurora-mysql":
		d.Engine = "mysql"
	default:
		return d, fmt.Errorf("DATABASE_ENGINE is %q; it must be postgres or mysql", d.Engine)
	}
	d.Port = cmp.Or(d.Port, standardPort[d.Engine])
	_, isNumber := digits(d.Port)
	switch {
	case !isNumber:
		return d, fmt.Errorf("DATABASE_PORT is %q; it must be a number", d.Port)
	case d.Name == "":
		return d, fmt.Errorf("DATABASE_NAME is missing: the name of the database on DATABASE_HOST")
	case d.User == "":
		return d, fmt.Errorf("DATABASE_USER is missing: the key username of the database's secret")
	case d.Password == "" && env("DATABASE_AUTH") != "iam":
		return d, fmt.Errorf("DATABASE_PASSWORD is missing: the key password of the database's secret; or set DATABASE_AUTH to iam")
	}
	var err error
	if d.Params, err = url.ParseQuery(strings.TrimPrefix(env("DATABASE_PARAMS"), "?")); err != nil {
		return d, fmt.Errorf("DATABASE_PARAMS does not read; write it as a URL's query: sslmode=require&x-migrations-table=m")
	}
	return d, nil
}

var standardPort = map[string]string{"postgres": "5432", "mysql": "3306"}

// IsRDS tells whether the host is one that RDS's certificates name.
func (d Database) IsRDS() bool {
	host := strings.TrimSuffix(strings.ToLower(d.Host), ".")
	return strings.HasSuffix(host, ".rds.amazonaws.com") || strings.HasSuffix(host, ".rds.amazonaws.com.cn")
}

// VerifiesTLS tells whether TLS with a certificate that is verified is what an empty setting means.
func (d Database) VerifiesTLS() bool { return d.Parts || d.IAM || d.IsRDS() }

// readOwn reads those of golang-migrate's parameters that the migrator heeds itself.
func (d *Database) readOwn() (err error) {
	for name, into := range map[string]*bool{"x-migrations-table-quoted": &d.TableQuoted, "x-multi-statement": &d.MultiStatement, "x-no-lock": &d.NoLock} {
		if text := d.Params.Get(name); text != "" {
			if *into, err = strconv.ParseBool(text); err != nil {
				return fmt.Errorf("%s in the database URL must be true or false", name)
			}
		}
	}
	d.StatementTimeout = d.Params.Get("x-statement-timeout")
	if _, err := strconv.Atoi(d.StatementTimeout); d.StatementTimeout != "" && err != nil {
		return fmt.Errorf("x-statement-timeout in the database URL must be a number of milliseconds")
	}
	d.Table = cmp.Or(d.Params.Get("x-migrations-table"), "schema_migrations")
	return nil
}
