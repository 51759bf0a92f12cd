package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

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
		d.Port = standardPort[d.Engine]
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
