package config

import (
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
	rest := env("MIGRATION_DB")
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		list = append(list, rest[:at])
		if _, password, ok := strings.Cut(rest[:at], ":"); ok {
			list = append(list, password)
		}
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
		d, err = readURL(raw, "MIGRATION_DB")
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
	d.EndpointText = net.JoinHostPort(d.Host, d.Port) + "/" + d.Name
	d.SecretDigest = Digest16(d.EndpointText)
	if name := env("DATABASE_SECRET"); name != "" {
		d.SecretDigest = Digest16(name)
	}
	return d, nil
}

// EngineOf maps golang-migrate's schemes.
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
	if d.Port == "" {
		d.Port = standardPort(d.Engine)
	}
	if _, ok := digits(d.Port); !ok {
		return d, fmt.Errorf("DATABASE_PORT is %q; it must be a number", d.Port)
	}
	if d.Name == "" {
		return d, fmt.Errorf("DATABASE_NAME is missing: the name of the database on DATABASE_HOST")
	}
	if d.User == "" {
		return d, fmt.Errorf("DATABASE_USER is missing: the key username of the database's secret")
	}
	if d.Password == "" && env("DATABASE_AUTH") != "iam" {
		return d, fmt.Errorf("DATABASE_PASSWORD is missing: the key password of the database's secret; or set DATABASE_AUTH to iam")
	}
	params, err := url.ParseQuery(strings.TrimPrefix(env("DATABASE_PARAMS"), "?"))
	if err != nil {
		return d, fmt.Errorf("DATABASE_PARAMS does not read; write it as a URL's query: sslmode=require&x-migrations-table=m")
	}
	d.Params = params
	return d, nil
}

func standardPort(engine string) string {
	if engine == "mysql" {
		return "3306"
	}
	return "5432"
}

var schemeOf = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*):`)

// readURL reads a database URL. No error quotes any part of it: what stands where is just what is not known then.
func readURL(raw, variable string) (Database, error) {
	if trimmed := strings.TrimSpace(raw); trimmed != raw {
		what := "a space"
		if strings.ContainsAny(raw[len(strings.TrimRight(raw, " \t\r\n")):]+raw[:len(raw)-len(strings.TrimLeft(raw, " \t\r\n"))], "\r\n") {
			what = "a newline"
		}
		return Database{}, fmt.Errorf("%s begins or ends with %s; store the secret again without it (printf instead of echo)", variable, what)
	}
	if strings.HasPrefix(raw, `"`) || strings.HasPrefix(raw, "'") {
		return Database{}, fmt.Errorf("%s is in quotes; store the secret again without them", variable)
	}
	if strings.HasPrefix(raw, "{") {
		return Database{}, fmt.Errorf("%s is a JSON document, not a URL; hand its keys on as DATABASE_USER and DATABASE_PASSWORD, or name the key that holds the URL", variable)
	}
	for _, r := range raw {
		if r < ' ' || r == 0x7f {
			return Database{}, fmt.Errorf("%s has a newline or another control character inside; %s", variable, Escape)
		}
	}
	m := schemeOf.FindStringSubmatch(raw)
	if m == nil {
		return Database{}, fmt.Errorf("%s is no URL; it must begin with a scheme such as postgres:// or mysql://", variable)
	}
	d := Database{Engine: engineOf(strings.ToLower(m[1])), URL: raw}
	if !strings.HasPrefix(raw[len(m[0]):], "//") {
		return d, fmt.Errorf("%s is no URL; after the scheme comes ://, as in postgres://user:password@host:5432/name", variable)
	}
	if d.Engine == "mysql" {
		return d, d.readMySQL(raw, variable)
	}
	return d, d.readStandard(raw, variable)
}

// readStandard reads a URL as net/url does, and refuses those that it reads as something else than was meant.
func (d *Database) readStandard(raw, variable string) error {
	bad := func(why string) error {
		return fmt.Errorf("%s does not read as a database URL: %s; %s", variable, why, Escape)
	}
	_, rest, _ := strings.Cut(raw, "://")
	authority := rest
	if n := strings.IndexAny(rest, "/?#"); n >= 0 {
		authority = rest[:n]
	}
	if strings.Contains(rest, "#") {
		return bad("it has a # that is not encoded")
	}
	if strings.Contains(rest[len(authority):], "@") {
		return bad("an @ stands after the host")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return bad("its parts cannot be told apart")
	}
	if strings.ContainsAny(strings.TrimPrefix(u.EscapedPath(), "/"), "/:") && d.Engine == "postgres" {
		return bad("more than the database's name stands after the host")
	}
	params, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return bad("what follows the ? is no list of parameters")
	}
	d.Host, d.Port, d.Name, d.Params = u.Hostname(), u.Port(), strings.TrimPrefix(u.Path, "/"), params
	if d.Port == "" && d.Engine == "postgres" {
		d.Port = standardPort(d.Engine)
	}
	if u.User != nil {
		d.User = u.User.Username()
		d.Password, _ = u.User.Password()
	}
	return nil
}

// mysqlShape is [user[:password]@][net[(addr)]]/dbname[?params], where only user and password may hold any character.
var mysqlShape = regexp.MustCompile(`^(?:(.*)@)?(tcp[46]?|unix)?(?:\(([^()@]*)\))?/([^/@():?]*)$`)

func (d *Database) readMySQL(raw, variable string) error {
	bad := func(why string) error {
		return fmt.Errorf("%s does not read as a database URL: %s; it must be mysql://user:password@tcp(host:3306)/name; %s", variable, why, Escape)
	}
	_, rest, _ := strings.Cut(raw, "://")
	m, query := mysqlShape.FindStringSubmatch(rest), ""
	// A password may hold a ?, a parameter a /: the first ? before which the shape is right begins the parameters.
	for n := 0; m == nil && n < len(rest); n++ {
		if rest[n] == '?' {
			m, query = mysqlShape.FindStringSubmatch(rest[:n]), rest[n+1:]
		}
	}
	if m == nil {
		return bad("its parts cannot be told apart")
	}
	if strings.Contains(query, "@") || strings.Contains(raw, "#") {
		return bad("it has an @ or a # that is not encoded")
	}
	user, password, _ := strings.Cut(m[1], ":")
	var errUser, errPassword, errParams error
	// golang-migrate's driver decodes both so.
	d.User, errUser = url.QueryUnescape(user)
	d.Password, errPassword = url.QueryUnescape(password)
	d.Params, errParams = url.ParseQuery(query)
	if errUser != nil || errPassword != nil {
		return bad("a % in user or password is not encoded")
	}
	if errParams != nil {
		return bad("what follows the ? is no list of parameters")
	}
	d.Name = m[4]
	d.Host, d.Port = "127.0.0.1", "3306"
	switch {
	case m[2] == "unix":
		d.Host, d.Port = m[3], ""
	case m[3] != "":
		host, port, err := net.SplitHostPort(m[3])
		if err != nil {
			host, port = m[3], "3306"
		}
		if _, ok := digits(port); !ok {
			return bad("the port is no number")
		}
		d.Host, d.Port = host, port
	}
	return nil
}

// IsRDS tells whether the host is one that RDS's certificates name.
func (d Database) IsRDS() bool {
	host := strings.TrimSuffix(strings.ToLower(d.Host), ".")
	return strings.HasSuffix(host, ".rds.amazonaws.com") || strings.HasSuffix(host, ".rds.amazonaws.com.cn")
}

// VerifiesTLS tells whether TLS with a certificate that is verified is what an empty setting means.
func (d Database) VerifiesTLS() bool { return d.Parts || d.IAM || d.IsRDS() }

// Flag reads a parameter of the URL that is true or false; without it: false.
func (d Database) Flag(name string) (bool, error) {
	text := d.Params.Get(name)
	if text == "" {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%s in the database URL must be true or false", name)
	}
	return value, nil
}

// StatementTimeout reads golang-migrate's x-statement-timeout, in milliseconds; without it: empty.
func (d Database) StatementTimeout() (string, error) {
	text := d.Params.Get("x-statement-timeout")
	if _, err := strconv.Atoi(text); text != "" && err != nil {
		return "", fmt.Errorf("x-statement-timeout in the database URL must be a number of milliseconds")
	}
	return text, nil
}
