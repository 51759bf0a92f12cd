import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MASK, redact, redactor } from "../../../automation/text/redact.ts";

describe("redact masks the shapes that it knows", () => {
  const cases: [name: string, text: string, masked: string][] = [
    ["a URL's user and password", "postgres://app:pw@db:5432/app", "postgres://***@db:5432/app"],
    ["a password with / ? # and @ in it", "postgres://app:p/a@s?s#x@db/app", "postgres://***@db/app"],
    ["a URL without a user", "redis://:pw@cache:6379", "redis://***@cache:6379"],
    ["a token in the user's place", "https://ghp_abc@github.com/a/b", "https://***@github.com/a/b"],
    [
      "what Go prints of a URL that it cannot parse",
      'error: failed to open database: parse "postgres://app:my p%w@db/app": invalid URL escape "%w@"',
      'error: failed to open database: parse "postgres://***@db/app": invalid URL escape "***"',
    ],
    ["MySQL's DSN", "app:p:w)x@tcp(db:3306)/app", "***@tcp(db:3306)/app"],
    ["MySQL's URL", "mysql://app:pw@tcp(db:3306)/app", "mysql://***@tcp(db:3306)/app"],
    ["MySQL's DSN on a socket", 'dsn="app:pw@unix(/run/my.sock)/app"', 'dsn="***@unix(/run/my.sock)/app"'],
    ["libpq's keywords", "host=db password=hun,ter&2 dbname=app", "host=db password=*** dbname=app"],
    ["libpq's quotes", "host=db password='it\\'s' dbname=app", "host=db password='***' dbname=app"],
    ["libpq's blanks", "host = db password = hunter2 dbname = app", "host = db password = *** dbname = app"],
    ["a quote that was cut off", "password='hunter2 and", "password='***'"],
    ["PGPASSWORD", "PGPASSWORD=hunter2 psql", "PGPASSWORD=*** psql"],
    ["a query's password", "?user=app&password=pw&sslmode=require", "?user=app&password=***&sslmode=require"],
    ["ODBC's PWD", "UID=sa;PWD=pw;Server=db", "UID=sa;PWD=***;Server=db"],
    ["JSON", '{"password":"a\\"b","port":1}', '{"password":"***","port":1}'],
    ["JSON within JSON", '{\\"password\\":\\"pw\\"}', '{\\"password\\":\\"***\\"}'],
    ["YAML", "user: app\npassword: hunter 2\nport: 1", "user: app\npassword: ***\nport: 1"],
    [
      "a password in SQL",
      "ALTER ROLE app WITH PASSWORD 'it''s' LOGIN",
      "ALTER ROLE app WITH PASSWORD '***' LOGIN",
    ],
    [
      "a password in MySQL's SQL",
      "CREATE USER app IDENTIFIED BY 'pw'",
      "CREATE USER app IDENTIFIED BY '***'",
    ],
    ["a URL that follows a word", "1_postgres://app:pw@db/app", "1_postgres://***@db/app"],
    ["a key that follows a word", "x_AKIAIOSFODNN7EXAMPLE_y", "x_***_y"],
    ["an access key id", "key AKIAIOSFODNN7EXAMPLE.", "key ***."],
    [
      "a secret access key",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      "aws_secret_access_key = ***",
    ],
    ["a session token", "AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjE==", "AWS_SESSION_TOKEN=***"],
    ["Slack's webhook", "<https://hooks.slack.com/services/T0/B0/x|y>", "<https://hooks.slack.com/***|y>"],
    [
      "Slack's workflow trigger",
      "https://hooks.slack.com/triggers/T0/1/x y",
      "https://hooks.slack.com/*** y",
    ],
    ["Slack's token", "xoxb-123456789012-abcdef", "***"],
    ["a bearer token", "authorization: Bearer abc.def", "authorization: Bearer ***"],
    ["a bearer token by itself", "sent Bearer 4f9a8b7c6d", "sent Bearer ***"],
    ["basic authentication", '"Authorization": "Basic YXBwOnB3"', '"Authorization": "Basic ***"'],
    ["a token of CI", "GITLAB_TOKEN=abcdef npm ci", "GITLAB_TOKEN=*** npm ci"],
    ["GitHub's token", `got ghp_${"a1".repeat(18)}`, "got ***"],
    ["a JWT", "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln-x", "***"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx", "***\nx"],
    ["a private key that was cut off", "-----BEGIN PRIVATE KEY-----\nMIIE", "***"],
    [
      "a presigned URL's signature",
      "https://b.s3.amazonaws.com/k?X-Amz-Signature=ab12&x=1",
      "https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1",
    ],
  ];
  for (const [name, text, masked] of cases) test(name, () => assert.equal(redact(text), masked));
});

const HARMLESS = [
  "20261124/u create_users (12.3ms)",
  "error: no migration found for version 20261124: read down for version 20261124 .: file does not exist",
  'error: pq: password authentication failed for user "app"',
  "wrong password: check the secret that MIGRATION_DB comes from",
  "UPDATE users SET password = $1, password_hash = crypt($2, gen_salt('bf')) WHERE id = 7;",
  "INSERT INTO users (password) VALUES (?) ON CONFLICT DO UPDATE SET password=excluded.password;",
  "ALTER TABLE users ADD COLUMN password text NOT NULL DEFAULT '';",
  "ALTER TABLE users ADD COLUMN token uuid, ADD COLUMN secret bytea;",
  "SELECT u.password=v.password, a::text, '{1,2}'::int[] FROM u JOIN v ON u.email = 'a@b.example';",
  `sha256:${"0f".repeat(32)}`,
  `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:${"ab".repeat(32)}`,
  `oci://localhost:5000/app@sha256:${"ab".repeat(32)}`,
  "arn:aws:ecs:eu-west-1:123456789012:task/app-prod/0123456789abcdef0123456789abcdef",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/migration-AbCdEf:url::",
  "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/migration",
  "DATABASE_SECRET=/prod/migration",
  "DATABASE_SECRET=arn:aws:ssm:eu-west-1:123456789012:parameter/prod/migration",
  "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups",
  "https://localhost:8443/@scope/name@1.2.3",
  "ssh://git@github.com/a/b and git@github.com:a/b.git",
  "clientToken=0123456789abcdef nextToken=f/3713",
  "golang-migrate v4.20.1, PostgreSQL 17.2, commit 4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a",
  "npx ecs-migrate migrate force 20261123 --stack prod",
  "PWD=/srv/app",
  "the bearer of bad news uses basic authentication",
];

test("redact leaves ordinary lines alone, alone and together", () => {
  for (const line of HARMLESS) assert.equal(redact(line), line);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...HARMLESS), { maxLength: 6 }), (lines) => {
      assert.equal(redact(lines.join("\n")), lines.join("\n"));
    }),
  );
});

test("redact leaves text without any mark of a secret alone", () => {
  const plain = fc
    .string({ unit: "grapheme" })
    .filter((text) => !/[@=:"']|\b(?:by|as|password|bearer)\b/i.test(text));
  fc.assert(fc.property(plain, (text) => assert.equal(redact(text), text)));
});

describe("redact masks the secrets that it is given", () => {
  test("in every spelling", () => {
    const secret = 'p@ss w/"x"+é';
    const spellings = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      encodeURIComponent(secret).replaceAll("%20", "+"),
      JSON.stringify(secret).slice(1, -1),
    ];
    for (const spelling of spellings) assert.equal(redact(`a ${spelling} b`, [secret]), "a *** b", spelling);
  });

  test("decoded, where it came encoded", () => assert.equal(redact("got p@ss!", ["p%40ss%21"]), "got ***"));

  test("the password of a URL by itself, as it stands and decoded", () => {
    const url = "postgres://app:p%40ss%2Fw@db:5432/app?sslmode=require";
    assert.equal(redact(`dial ${url} with p@ss/w or p%40ss%2Fw`, [url]), "dial *** with *** or ***");
  });

  test("the password of a MySQL DSN by itself", () => {
    assert.equal(redact("refused: s3cr3t", ["app:s3cr3t@tcp(db:3306)/app"]), "refused: ***");
  });

  test("the longer first, so that no end of it is left", () => {
    assert.equal(redact("hunter2hunter", ["hunter2", "hunter2hunter"]), "***");
  });

  test("passing over those of less than four characters", () => {
    assert.equal(redact("the db is up", ["db", ""]), "the db is up");
  });
});

const word = fc.stringMatching(/^[a-z0-9]{9,16}$/);
/** How a password gets into a log. */
const SHAPES: ((password: string) => string)[] = [
  (pw) => `postgres://app:${pw}@db/app`,
  (pw) => `postgres://app:a/${pw}?b#c@db/app`,
  (pw) => `parse "mysql://app:%zz ${pw}@db": bad`,
  (pw) => `https://app:${pw}@example.com/x`,
  (pw) => `https://${pw}@example.com/x`,
  (pw) => `app:${pw}@tcp(db:3306)/app`,
  (pw) => `password=${pw}`,
  (pw) => `Password='a ${pw}'`,
  (pw) => `PGPASSWORD="${pw}"`,
  (pw) => `host = db password = ${pw}`,
  (pw) => `https://example.com/?a=b&password=${pw}&c=d`,
  (pw) => `{"db_password": "${pw}"}`,
  (pw) => `\npassword: ${pw}\n`,
  (pw) => `ALTER ROLE x PASSWORD '${pw}';`,
  (pw) => `create user x identified by '${pw}'`,
  (pw) => `https://hooks.slack.com/services/T1/B1/${pw}`,
  (pw) => `https://hooks.slack.com/workflows/T1/A1/1/${pw}`,
  (pw) => `xoxp-1-2-${pw}`,
  (pw) => `Authorization: Bearer ${pw}`,
  (pw) => `aws_session_token=${pw}`,
  (pw) => `AWS_SECRET_ACCESS_KEY=${pw}`,
];

test("redact: no planted secret survives, whatever stands around it", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom(...SHAPES),
      word,
      fc.string(),
      (before, shape, password, after) => {
        // fast-check likes words such as `arguments`, on both sides.
        fc.pre(![before, after].some((text) => text.includes(password)));
        const masked = redact(`${before} ${shape(password)} ${after}`);
        assert.ok(!masked.includes(password), masked);
        assert.ok(masked.includes(MASK));
      },
    ),
    { numRuns: 2000 },
  );
});

test("redact: no given secret survives in any spelling", () => {
  const secret = fc
    .string({ minLength: 4, maxLength: 30, unit: "grapheme" })
    .filter((text) => !text.includes("*"));
  const spell = fc.constantFrom(
    (text: string) => text,
    encodeURIComponent,
    (text: string) => JSON.stringify(text).slice(1, -1),
  );
  fc.assert(
    fc.property(fc.string(), secret, spell, fc.string(), (before, text, spelling, after) => {
      const spelled = spelling(text);
      assert.ok(!redact(before + spelled + after, [text]).includes(spelled));
    }),
    { numRuns: 1000 },
  );
});

test("redact is idempotent", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(...HARMLESS),
    fc.tuple(fc.constantFrom(...SHAPES), word).map(([shape, password]) => shape(password)),
    fc.constantFrom(
      MASK,
      "@",
      "://",
      "'",
      '"',
      "password=",
      "password = ",
      "a:",
      "@tcp(",
      "host=h",
      "Bearer ",
      "?",
      "&",
      " ",
    ),
  );
  const secrets = fc.array(
    fc.string().filter((text) => !text.includes("*")),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), secrets, (pieces, known) => {
      const mask = redactor(known);
      const once = mask(pieces.join(""));
      assert.equal(mask(once), once);
    }),
    { numRuns: 2000 },
  );
});

test("redact gets through a line of 256 KB of anything that a rule might start on", () => {
  for (const unit of [
    "a",
    "a:",
    "a://",
    "a://b@",
    "password=",
    "PASSWORD '",
    "user:",
    "@tcp(",
    '"',
    "eyJaaaaaaaa.",
  ]) {
    const line = unit.repeat(Math.floor(262_144 / unit.length));
    assert.ok(redact(line).length <= line.length + MASK.length * (line.length / unit.length));
  }
});
