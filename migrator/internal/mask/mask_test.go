package mask

import (
	"bytes"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	secret := `s3*[c"r\t%40`
	cases := map[string]string{
		"a " + secret + " b " + secret:            "a *** b ***",
		`a s3*[c"r\t@ b`:                          "a *** b", // decoded
		`a s3*[c\"r\\t%40 b`:                      "a *** b", // as Go quotes it
		"a s3%2A%5Bc%22r%5Ct%2540 b":              "a *** b", // encoded once more
		"s3*[c":                                   "s3*[c",
		"bell\x07 bidi \u202eok\u202c zero\u200b": "bell bidi ok zero",
		"two\nlines":                              "two\nlines",
		"bad \xff utf":                            "bad \ufffd utf",
	}
	p := NewPrinter(&bytes.Buffer{})
	p.Hide(secret)
	for text, want := range cases {
		if got := p.Text(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A character that is taken away must not put a secret together.
func TestSecretBehindControlCharacters(t *testing.T) {
	p := NewPrinter(&bytes.Buffer{})
	p.Hide("hunter2secret")
	if got := p.Text("hunter\u200b2secret"); strings.Contains(got, "hunter2secret") {
		t.Fatal(got)
	}
}

func TestShortSecrets(t *testing.T) {
	p := NewPrinter(&bytes.Buffer{})
	p.Hide("pw", "")
	if got := p.Text("postgres://u:pw@h and pwd"); got != "postgres://u***h and pwd" {
		t.Fatal(got)
	}
}

func TestLine(t *testing.T) {
	var out bytes.Buffer
	p := NewPrinter(&out)
	forged := ResultPrefix + "2}"
	p.Line("%s", "x\n"+forged+"\n  "+forged)
	p.Line("%s", forged)
	p.Line("%s", "  "+forged)
	p.Line("%s", "\u200b"+forged)
	for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), ResultPrefix) {
			t.Errorf("%q", line)
		}
	}
}
