import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CONTAINER_EXIT } from "../../automation/contract/resultLine.ts";
import {
  ENTRY_POINT,
  find,
  PASSWORD,
  type Reply,
  runEntryPoint,
  type Script,
  shells,
  URL,
} from "./fakeMigrate.ts";

const scratch = mkdtempSync(join(tmpdir(), "entry-point-shells-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const at = (version: number): Reply => ({ says: `${version}\n` });
const dirtyAt = (version: number): Reply => ({ says: `${version} (dirty)\n` });
const none: Reply = { says: "error: no migration\n", code: 1 };
const failure = (text: string): Reply => ({ says: `error: ${text}\n`, code: 1 });

/** How the script ends for what golang-migrate says; the texts are those of v4.20.1. */
const endings: {
  name: string;
  args: string[];
  script: Script;
  code: number;
  outcome: string;
  from: { version: number | null; dirty: boolean } | null;
  to: { version: number | null; dirty: boolean } | null;
  error: string | null;
  files?: { version: number; name: string; direction: string; ms: number }[];
  says?: string[];
  calls: string[];
}[] = [
  {
    name: "a fresh database is version none, and files are read with their times",
    args: ["up"],
    script: {
      before: none,
      run: {
        says: "1/u one (512µs)\n2/u with space (and) more (12.345678ms)\n3/u slow (1m2.5s)\n4/u hour (1h0m0.001s)\n5/u tiny (250ns)\n",
      },
      after: at(5),
    },
    code: CONTAINER_EXIT.ok,
    outcome: "applied",
    from: { version: null, dirty: false },
    to: { version: 5, dirty: false },
    error: null,
    files: [
      { version: 1, name: "one", direction: "up", ms: 0.512 },
      { version: 2, name: "with space (and) more", direction: "up", ms: 12.346 },
      { version: 3, name: "slow", direction: "up", ms: 62_500 },
      { version: 4, name: "hour", direction: "up", ms: 3_600_001 },
      { version: 5, name: "tiny", direction: "up", ms: 0 },
    ],
    says: ["version before: none", "1/u one (512µs)", "version after: 5"],
    calls: ["version", "up", "version"],
  },
  {
    name: "nothing to do",
    args: ["up"],
    script: { before: at(7), run: { says: "no change\n" } },
    code: CONTAINER_EXIT.ok,
    outcome: "unchanged",
    from: { version: 7, dirty: false },
    to: { version: 7, dirty: false },
    error: null,
    says: ["version before: 7", "no change", "version after: 7"],
    calls: ["version", "up", "version"],
  },
  {
    name: "a dirty database is refused by golang-migrate",
    args: ["up"],
    script: { before: dirtyAt(7), run: failure("Dirty database version 7. Fix and force version.") },
    code: CONTAINER_EXIT.dirty,
    outcome: "dirty",
    from: { version: 7, dirty: true },
    to: { version: 7, dirty: true },
    error: "Dirty database version 7. Fix and force version.",
    says: ["version before: 7 (dirty)", "version after: 7 (dirty)"],
    calls: ["version", "up", "version"],
  },
  {
    name: "a failing file leaves the database dirty; the files before it are told, lines of its SQL are not",
    args: ["up"],
    script: {
      before: at(1),
      run: {
        says: '2/u two (1ms)\nerror: migration failed: syntax error in line 2: SELECT\n9/u not a file (1ms)\n (details: pq: "x")\n',
        code: 1,
      },
      after: dirtyAt(3),
    },
    code: CONTAINER_EXIT.dirty,
    outcome: "dirty",
    from: { version: 1, dirty: false },
    to: { version: 3, dirty: true },
    error: 'migration failed: syntax error in line 2: SELECT\n9/u not a file (1ms)\n (details: pq: "x")',
    files: [{ version: 2, name: "two", direction: "up", ms: 1 }],
    calls: ["version", "up", "version"],
  },
  {
    name: "a failure that leaves the database clean",
    args: ["down", "30"],
    script: {
      before: at(2),
      run: { says: "2/d two (1.5ms)\nerror: limit 29 short\n", code: 1 },
      after: none,
    },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: { version: 2, dirty: false },
    to: { version: null, dirty: false },
    error: "limit 29 short",
    files: [{ version: 2, name: "two", direction: "down", ms: 1.5 }],
    calls: ["version", "down 30", "version", "goto 9223372036854775807"],
  },
  {
    name: "a failing first down file: golang-migrate hides the dirty mark at none",
    args: ["down", "--all"],
    script: {
      before: at(1),
      run: failure("migration failed: division by zero"),
      after: none,
      probe: failure("Dirty database version -1. Fix and force version."),
    },
    code: CONTAINER_EXIT.dirty,
    outcome: "dirty",
    from: { version: 1, dirty: false },
    to: { version: null, dirty: true },
    error: "migration failed: division by zero",
    says: ["version after: none (dirty)"],
    calls: ["version", "down -all", "version", "goto 9223372036854775807"],
  },
  {
    name: "an older image than the database: the doubled error is told once, with a hint",
    args: ["up"],
    script: {
      before: at(9),
      run: {
        says: "error: no migration found for version 9: read down for version 9 .: file does not existerror: no migration found for version 9: read down for version 9 .: file does not exist\n",
        code: 1,
      },
    },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: { version: 9, dirty: false },
    to: { version: 9, dirty: false },
    error: "no migration found for version 9: read down for version 9 .: file does not exist",
    says: [
      "this image lacks the file of that version: run the image that has it (an older image knows no newer files)",
    ],
    calls: ["version", "up", "version"],
  },
  {
    name: "an unreachable database: the operation is not tried",
    args: ["up"],
    script: {
      before: failure("failed to open database: dial tcp 10.0.0.9:5432: connect: connection refused"),
    },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: null,
    to: null,
    error: "failed to open database: dial tcp 10.0.0.9:5432: connect: connection refused",
    says: ["version before: unknown"],
    calls: ["version"],
  },
  {
    name: "a database that goes away in the middle: the first error is kept",
    args: ["up"],
    script: {
      before: at(1),
      run: failure("migration failed in line 0: SELECT 1 (details: unexpected EOF)"),
      after: failure("failed to open database: connection refused"),
    },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: { version: 1, dirty: false },
    to: null,
    error: "migration failed in line 0: SELECT 1 (details: unexpected EOF)",
    says: ["version after: unknown"],
    calls: ["version", "up", "version"],
  },
  {
    name: "a golang-migrate that dies without a word",
    args: ["goto", "3"],
    script: { before: at(1), run: { says: "", code: 137 } },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: { version: 1, dirty: false },
    to: { version: 1, dirty: false },
    error: "golang-migrate ended with exit code 137 and said nothing",
    calls: ["version", "goto 3", "version"],
  },
  {
    name: "a version that nobody can read",
    args: ["version"],
    script: { before: { says: "12 apples\n" } },
    code: CONTAINER_EXIT.failed,
    outcome: "failed",
    from: null,
    to: null,
    error: "12 apples",
    calls: ["version"],
  },
  {
    name: "force says -1 so that Go takes it for no flag",
    args: ["force", "-1"],
    script: { before: dirtyAt(4), after: none },
    code: CONTAINER_EXIT.ok,
    outcome: "applied",
    from: { version: 4, dirty: true },
    to: { version: null, dirty: false },
    error: null,
    calls: ["version", "force -- -1", "version"],
  },
  {
    name: "force to the version that is there",
    args: ["force", "4"],
    script: { before: at(4) },
    code: CONTAINER_EXIT.ok,
    outcome: "unchanged",
    from: { version: 4, dirty: false },
    to: { version: 4, dirty: false },
    error: null,
    calls: ["version", "force -- 4", "version"],
  },
  {
    name: "version of a dirty database",
    args: ["version"],
    script: { before: dirtyAt(20261124) },
    code: CONTAINER_EXIT.dirty,
    outcome: "dirty",
    from: { version: 20261124, dirty: true },
    to: { version: 20261124, dirty: true },
    error: "the database is dirty at version 20261124",
    says: ["version: 20261124 (dirty)"],
    calls: ["version"],
  },
];

/** Arguments that are refused, with the sentence. */
const refused: [args: string[], sentence: string][] = [
  [["up", "3"], "up takes no argument"],
  [["version", "x"], "version takes no argument"],
  [["status", ""], "status takes no argument"],
  [["down"], "down needs one argument: a number from 1 on, or --all"],
  [["down", "1", "2"], "down needs one argument: a number from 1 on, or --all"],
  [["down", "0"], "down needs a number from 1 on, or --all"],
  [["down", "000"], "down needs a number from 1 on, or --all"],
  [["down", "-1"], "down needs a number from 1 on, or --all"],
  [["down", "-all"], "down needs a number from 1 on, or --all"],
  [["down", "1x"], "down needs a number from 1 on, or --all"],
  [["down", ""], "down needs a number from 1 on, or --all"],
  [["goto"], "goto needs one argument: a version"],
  [["goto", "-1"], "goto needs a version: digits only"],
  [["goto", "1; true"], "goto needs a version: digits only"],
  [["goto", "9".repeat(19)], "goto needs a version: digits only"],
  [["force", "-2"], "force needs a version: digits only, or -1 for none"],
  [["force", "1", "2"], "force needs one argument: a version"],
];

/** Spellings in which a URL and its password may come back; none may reach the log. */
const secrets: [name: string, url: string, says: string, shown: string][] = [
  ["the URL", URL, `x ${URL} y`, "x *** y"],
  ["the password", URL, `a ${PASSWORD} b ${PASSWORD}`, "a *** b ***"],
  ["the decoded password", URL, 'a s3*[c"r\\t@ b', "a *** b"],
  ["the password as Go quotes it", URL, 'a s3*[c\\"r\\\\t%40 b', "a *** b"],
  ["user and password", URL, `//app:${PASSWORD}@db`, "//***db"],
  [
    "the URL that url.Parse rejects",
    "postgres://app:pa%zzword@db/shop",
    'error: failed to open database: parse "postgres://app:pa%zzword@db/shop": invalid URL escape "%zz"',
    'error: failed to open database: parse "***": invalid URL escape "***"',
  ],
  [
    "a password with a slash, of which url.Parse makes a port",
    "postgres://app:pass/word@db/shop",
    'error: failed to open database: parse "postgres://app:pass/word@db/shop": invalid port ":pass" after host',
    'error: failed to open database: parse "***": invalid port "***" after host',
  ],
  [
    "a password with a hash, of which url.Parse makes a fragment",
    "postgres://app:pass#word@db/shop",
    'error: failed to open database: parse "postgres://app:pass": invalid port ":pass" after host',
    'error: failed to open database: parse "***": invalid port "***" after host',
  ],
  ["a password in the query", "postgres://db/shop?user=a&password=que+ry1", "q que+ry1 que ry1", "q *** ***"],
  ["a password of three bytes only beside its user", "postgres://u:abc@db/s", "abc u:abc@db", "abc ***db"],
  ["no password", "postgres://db/shop", "db shop", "db shop"],
  ["MySQL's address", "mysql://u:p@ss1@tcp(db:3306)/s", "p@ss1 u:p@ss1@tcp", "*** ***tcp"],
  ["a question mark and stars", "postgres://u:????****@db/s", "abcdefgh ????****", "abcdefgh ***"],
];

for (const shell of shells(scratch)) {
  describe(`entry_point.sh under ${shell.name}`, () => {
    for (const ending of endings) {
      it(ending.name, async () => {
        const run = await runEntryPoint({ shell, args: ending.args, script: ending.script });
        assert.equal(run.code, ending.code, run.stdout + run.stderr);
        assert.equal(run.stderr, "");
        assert.deepEqual(run.calls, ending.calls);
        const { operation, argument, outcome, exitCode, from, to, files, error } =
          run.result ?? assert.fail(run.stdout);
        assert.deepEqual(
          { operation, argument, outcome, exitCode, from, to, files, error },
          {
            operation: ending.args[0],
            argument: ending.args[1] ?? null,
            outcome: ending.outcome,
            exitCode: ending.code,
            from: ending.from,
            to: ending.to,
            files: ending.files ?? [],
            error: ending.error,
          },
        );
        for (const line of ending.says ?? [])
          assert.ok(run.lines.includes(line), `${line}\nin\n${run.stdout}`);
        assert.deepEqual(run.left, []);
      });
    }

    for (const [args, sentence] of refused) {
      it(`refuses ${JSON.stringify(args)}`, async () => {
        const run = await runEntryPoint({ shell, args });
        assert.equal(run.code, CONTAINER_EXIT.usage);
        assert.equal(run.lines[0], `error: ${sentence}`);
        assert.match(run.stdout, /^usage: entry_point\.sh up \| down N/m);
        assert.deepEqual(run.calls, []);
        assert.equal(run.result?.outcome, "usage");
        assert.equal(run.result?.exitCode, CONTAINER_EXIT.usage);
        assert.equal(run.result?.error, sentence);
        assert.deepEqual([run.result?.from, run.result?.to, run.result?.files], [null, null, []]);
        assert.deepEqual(run.left, []);
      });
    }

    for (const [args, sentence] of [
      [[], "an operation is missing"],
      [["drop"], "the operation is unknown"],
      [["--help"], "the operation is unknown"],
    ] as const) {
      it(`has no result line for ${JSON.stringify(args)}`, async () => {
        const run = await runEntryPoint({ shell, args });
        assert.equal(run.code, CONTAINER_EXIT.usage);
        assert.equal(run.lines[0], `error: ${sentence}`);
        assert.doesNotMatch(run.stdout, /ecsMigrate"/);
        assert.deepEqual(run.calls, []);
      });
    }

    it("names MIGRATION_DB where it is missing or empty", async () => {
      for (const value of [undefined, ""]) {
        const run = await runEntryPoint({ shell, args: ["up"], env: { MIGRATION_DB: value } });
        assert.equal(run.code, CONTAINER_EXIT.usage);
        assert.match(run.lines[0] ?? "", /^error: MIGRATION_DB is missing: the database URL/);
        assert.equal(run.result?.outcome, "usage");
        assert.deepEqual(run.calls, []);
      }
    });

    it("names the binary where golang-migrate is not there", async () => {
      const run = await runEntryPoint({ shell, args: ["up"], env: { MIGRATE_BIN: "/nowhere/migrate" } });
      assert.equal(run.code, CONTAINER_EXIT.usage);
      assert.equal(run.result?.error, "golang-migrate is not in this image: MIGRATE_BIN is /nowhere/migrate");
    });

    for (const [name, url, says, shown] of secrets) {
      it(`masks ${name}`, async () => {
        const script = { before: at(1), run: { says: `${says}\n`, code: 1 } };
        const run = await runEntryPoint({ shell, args: ["up"], env: { MIGRATION_DB: url }, script });
        assert.equal(run.lines[2], shown);
        assert.equal(run.result?.error, shown.replace(/^error: /, ""));
        assert.equal(run.code, CONTAINER_EXIT.failed);
      });
    }

    it("masks the error of an unreadable version, and a secret among the arguments", async () => {
      const script = { before: failure(`failed to open database: parse "${URL}": invalid userinfo`) };
      const unreadable = await runEntryPoint({ shell, args: ["up"], script });
      assert.equal(unreadable.result?.error, 'failed to open database: parse "***": invalid userinfo');
      const argument = await runEntryPoint({ shell, args: ["goto", URL] });
      assert.equal(argument.result?.argument, "***");
      for (const run of [unreadable, argument]) assert.ok(!run.stdout.includes("s3*["), run.stdout);
    });

    it("makes valid JSON of any bytes", async () => {
      const bytes = Buffer.concat([
        Buffer.from('error: "q" \\ \u0001\u001b[31m\t\u007f é 漢 😀 '),
        Buffer.from([0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xe6, 0xbc, 0x20, 0xf5, 0x80, 0x0a]),
      ]);
      const script = { before: at(1), run: { says: bytes, code: 1 } };
      const run = await runEntryPoint({ shell, args: ["up"], script });
      assert.equal(run.result?.error, '"q" \\ \u0001\u001b[31m\t\u007f é 漢 😀  ');
    });

    it("cuts a long error between characters", async () => {
      const script = { before: at(1), run: failure(`a${"漢".repeat(50_000)}`) };
      const run = await runEntryPoint({ shell, args: ["up"], script });
      assert.equal(run.result?.error, `a${"漢".repeat(1333)}...`);
    });

    it("stays below 200,000 bytes with 1,000 files", async () => {
      const file = (n: number) =>
        `${20260000 + n}/u a_file_with_a_name_of_forty_characters_${n} (12.345678ms)\n`;
      const says = Array.from({ length: 1000 }, (_, n) => file(n)).join("");
      const run = await runEntryPoint({
        shell,
        args: ["up"],
        script: { before: none, run: { says }, after: at(9) },
      });
      assert.equal(run.result?.files.length, 1000);
      assert.equal(run.result?.files[999]?.name, "a_file_with_a_name_of_forty_characters_999");
      assert.ok(Buffer.byteLength(run.lines.at(-1) ?? "") < 200_000);
    });

    it("passes 20,000 lines through in order, with a handful of processes", async () => {
      const counting = mkdtempSync(join(scratch, "counting-"));
      const log = join(counting, "awk.log");
      const awk = find("awk");
      writeFileSync(join(counting, "awk"), `#!/bin/sh\necho awk >>${log}\nexec ${awk} "$@"\n`);
      chmodSync(join(counting, "awk"), 0o755);
      const lines = Array.from({ length: 20_000 }, (_, n) => `  line ${n} * \\n`);
      const script = { before: at(1), run: { says: `${lines.join("\n")}\n` }, after: at(2) };
      const env = { PATH: `${counting}:${shell.path}` };
      const run = await runEntryPoint({ shell, args: ["up"], script, env });
      assert.deepEqual(run.lines.slice(2, -2), lines);
      assert.equal(run.result?.outcome, "applied");
      // busybox ash forks its own awk, past the PATH and the count; it runs the same script.
      if (shell.name !== "busybox ash") assert.equal(readFileSync(log, "utf8"), "awk\nawk\n");
    });

    it("keeps the last line without a newline, and empty lines", async () => {
      const script = { before: at(1), run: { says: "first\n\nlast" }, after: at(2) };
      const run = await runEntryPoint({ shell, args: ["up"], script });
      assert.deepEqual(run.lines.slice(2, -2), ["first", "", "last"]);
    });

    it("lists the pending files by number", async () => {
      const migrations = mkdtempSync(join(scratch, "migrations-"));
      const names = [
        "10_ten.up.sql",
        "9_nine.up.sql",
        "9_nine.down.sql",
        "0011_el.up.even.up.sql",
        "202611241200_late.up.sql",
      ];
      for (const name of [...names, "README.md", "x_no.up.sql", "12.up.sql"])
        writeFileSync(join(migrations, name), "");
      const env = { MIGRATIONS_PATH: migrations };
      const run = await runEntryPoint({ shell, args: ["status"], env, script: { before: at(9) } });
      const pending = [
        { version: 10, name: "ten" },
        { version: 11, name: "el.up.even" },
        { version: 202611241200, name: "late" },
      ];
      assert.deepEqual(run.result?.pending, pending);
      assert.deepEqual(run.lines.slice(1, -1), [
        "version: 9",
        ...pending.map(({ version, name }) => `pending: ${version} ${name}`),
      ]);
      const fresh = await runEntryPoint({ shell, args: ["status"], env, script: { before: none } });
      assert.deepEqual(fresh.result?.pending?.[0], { version: 9, name: "nine" });
      const current = await runEntryPoint({
        shell,
        args: ["status"],
        env,
        script: { before: at(202611241200) },
      });
      assert.deepEqual(current.result?.pending, []);
      assert.equal(current.lines[2], "pending: none");
    });

    it("repeats what the task definition and the overrides say, and null for the rest", async () => {
      const env = {
        ENV: "prod",
        IMAGE: "r/shop@sha256:1",
        MIGRATIONS_SHA256: "ab",
        RUN_BY: 'a "b"',
        RUN_COMMIT: "c0",
      };
      const run = await runEntryPoint({ shell, args: ["version"], env, script: { before: at(1) } });
      assert.equal(run.lines[0], "ecs-migrate: version on prod, image r/shop@sha256:1");
      assert.equal(run.result?.image, "r/shop@sha256:1");
      assert.equal(run.result?.migrationsSha256, "ab");
      assert.deepEqual(run.result?.run, { by: 'a "b"', commit: "c0", branch: null, build: null });
      assert.match(run.result?.startedAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    });

    it("finds the migrations beside itself", async () => {
      const script = { before: at(20261118) };
      const run = await runEntryPoint({
        shell,
        args: ["status"],
        script,
        env: { MIGRATIONS_PATH: undefined },
      });
      // app/ has them under resources/db/migrations; the image puts them beside the script.
      assert.deepEqual(run.result?.pending, []);
      const copy = mkdtempSync(join(scratch, "app-"));
      symlinkSync(ENTRY_POINT, join(copy, "entry_point.sh"));
      mkdirSync(join(copy, "migrations"));
      writeFileSync(join(copy, "migrations", "5_five.up.sql"), "");
      const [command = "", ...first] = shell.command;
      const beside = spawnSync(command, [...first, join(copy, "entry_point.sh"), "status"], {
        env: { PATH: shell.path, MIGRATION_DB: URL, MIGRATE_BIN: fakeAt(copy, "4") },
        encoding: "utf8",
      });
      assert.match(beside.stdout, /^pending: 5 five$/m);
    });

    it("shows a line as soon as golang-migrate says it", async () => {
      const migrate = program("live.mjs", LIVE);
      let released = false;
      const run = await runEntryPoint({
        shell,
        args: ["up"],
        migrate,
        onOutput: (text, _kill, folder) => {
          if (released || !text.includes("1/u one (1ms)\n")) return;
          released = true;
          writeFileSync(join(folder, "go-on"), "");
        },
      });
      assert.equal(released, true);
      assert.deepEqual(run.lines.slice(2, 4), ["1/u one (1ms)", "2/u two (1ms)"]);
    });

    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      it(`turns ${signal} into SIGINT, again where the first is lost, and reports`, async () => {
        const migrate = program("stops.mjs", STOPS);
        let sent = false;
        const run = await runEntryPoint({
          shell,
          args: ["up"],
          migrate,
          onOutput: (text, kill) => {
            if (sent || !text.includes("1/u one (1ms)\n")) return;
            sent = true;
            kill(signal);
          },
        });
        assert.equal(run.code, CONTAINER_EXIT.interrupted, run.stdout);
        assert.equal(run.stderr, "");
        assert.deepEqual(run.lines.slice(2, -1), [
          "1/u one (1ms)",
          `${signal}: stopping after the running migration`,
          "Stopping after this running migration ...",
          "2/u two (1ms)",
          "version after: 2",
        ]);
        assert.equal(run.result?.outcome, "interrupted");
        assert.deepEqual(run.result?.to, { version: 2, dirty: false });
        assert.equal(run.result?.error, "interrupted by a signal");
        assert.deepEqual(run.left, []);
      });
    }

    it("calls it dirty where the interrupted file left the database so", async () => {
      const run = await runEntryPoint({
        shell,
        args: ["up"],
        migrate: program("stops.mjs", STOPS),
        env: { AFTER: "2 (dirty)" },
        onOutput: (text, kill) => text.endsWith("1/u one (1ms)\n") && kill("SIGTERM"),
      });
      assert.equal(run.code, CONTAINER_EXIT.dirty, run.stdout);
      assert.equal(run.result?.outcome, "dirty");
    });

    it("starts no operation after a signal while the version is read", async () => {
      const run = await runEntryPoint({
        shell,
        args: ["up"],
        migrate: program("hangs.mjs", HANGS),
        onOutput: (_text, kill, folder) => void whenThere(join(folder, "asked"), () => kill("SIGTERM")),
      });
      assert.equal(run.code, CONTAINER_EXIT.interrupted, run.stdout);
      assert.deepEqual([run.result?.outcome, run.result?.from, run.result?.to], ["interrupted", null, null]);
      assert.deepEqual(run.lines.slice(1, -1), ["version before: unknown"]);
    });
  });
}

it("is clean for shellcheck", () => {
  const checked = spawnSync(find("shellcheck"), ["--shell=sh", ENTRY_POINT], { encoding: "utf8" });
  assert.equal(checked.stdout + checked.stderr, "");
  assert.equal(checked.status, 0);
});

// A shell cannot trap a signal that it was started to ignore, as background jobs are; these stand in for golang-migrate.

/** Says one file, and the next only once the test has seen the first. */
const LIVE = `
if (process.argv.at(-1) === "version") { console.error("1"); process.exit(0); }
process.stderr.write("1/u one (1ms)\\n");
const timer = setInterval(() => {
  if (!existsSync("go-on")) return;
  process.stderr.write("2/u two (1ms)\\n");
  clearInterval(timer);
}, 5);
`;

/** Takes the second SIGINT, as golang-migrate does where the first came before it listened. */
const STOPS = `
if (process.argv.at(-1) === "version") {
  console.error(existsSync("ran") ? (process.env.AFTER ?? "2") : "0");
  process.exit(0);
}
let interrupts = 0;
process.on("SIGINT", () => {
  interrupts += 1;
  if (interrupts !== 2) return;
  process.stderr.write("Stopping after this running migration ...\\n2/u two (1ms)\\n", () => process.exit(0));
});
writeFileSync("ran", "");
process.stderr.write("1/u one (1ms)\\n");
setInterval(() => undefined, 1000);
`;

/** A database that does not answer. */
const HANGS = `
writeFileSync("asked", "");
setInterval(() => undefined, 1000);
`;

function program(name: string, code: string): string {
  const file = join(scratch, name);
  writeFileSync(file, `#!${process.execPath}\nimport { existsSync, writeFileSync } from "node:fs";\n${code}`);
  chmodSync(file, 0o755);
  return file;
}

function fakeAt(folder: string, version: string): string {
  const file = join(folder, "migrate");
  writeFileSync(file, `#!/bin/sh\necho ${version} >&2\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Calls back once the file is there. */
async function whenThere(file: string, then: () => void): Promise<void> {
  const { existsSync } = await import("node:fs");
  while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
  then();
}
