import assert from "node:assert/strict";
import { test } from "node:test";
import { errorsOf, type Finding } from "../../../automation/check/finding.ts";
import { CheckoutRefusedError } from "../../../automation/guard/checkout.ts";
import { compare, folder, record } from "./shippedFolders.ts";

const SHIPPED = {
  "20261101_users.up.sql": "users",
  "20261101_users.down.sql": "no users",
  "20261110_orders.up.sql": "orders",
  "20261110_orders.down.sql": "no orders",
};

function guard(files: Record<string, string>): Finding[] {
  return compare(folder(files), record(SHIPPED));
}

/** SHIPPED with changes; null takes a file away. */
function changed(changes: Record<string, string | null>): Record<string, string> {
  const entries = Object.entries({ ...SHIPPED, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

const PAST: [string, Record<string, string | null>][] = [
  ["nothing new", {}],
  ["a later pair", { "20261111_x.up.sql": "x", "20261111_x.down.sql": "" }],
  ["a later minute of the last day", { "202611101200_x.up.sql": "x" }],
  ["a file that is no migration", { "README.md": "", ".gitkeep": "", "notes.txt": "" }],
  [
    "the same version with zeros before it",
    { "20261101_users.up.sql": null, "020261101_users.up.sql": "users" },
  ],
];

for (const [what, changes] of PAST) {
  test(`lets ${what} pass`, () => assert.deepEqual(guard(changed(changes)), []));
}

const REFUSED: [string, Record<string, string | null>, Omit<Finding, "line" | "subject">[]][] = [
  [
    "a file merged late",
    { "20261105_x.up.sql": "x", "20261105_x.down.sql": "" },
    [
      {
        rule: "late",
        severity: "error",
        file: "20261105_x.up.sql",
        message:
          "version 20261105 is not shipped and lies below 20261110, the highest that stack prod has; it would never run",
        fix: "rename to 20261124120000_x.up.sql (npx ecs-migrate check --against prod --fix)",
      },
    ],
  ],
  [
    "a version that two branches took",
    { "20261110_other.up.sql": "x", "20261110_other.down.sql": "" },
    [
      {
        rule: "duplicate-version",
        severity: "error",
        file: "20261110_other.up.sql",
        message:
          "version 20261110 belongs to 20261110_orders.up.sql, 20261110_other.up.sql, 20261110_orders.down.sql, 20261110_other.down.sql",
        fix: "keep one pair and rename the other to 20261124120000_other.up.sql (npx ecs-migrate check --against prod --fix)",
      },
    ],
  ],
  [
    "a version taken by a name that sorts before the shipped one, which keeps the number",
    { "20261110_a.up.sql": "x" },
    [
      {
        rule: "duplicate-version",
        severity: "error",
        file: "20261110_a.up.sql",
        message: "version 20261110 belongs to 20261110_orders.up.sql, 20261110_a.up.sql",
        fix: "keep one pair and rename the other to 20261124120000_a.up.sql (npx ecs-migrate check --against prod --fix)",
      },
    ],
  ],
  [
    "a pair that is gone",
    { "20261101_users.up.sql": null, "20261101_users.down.sql": null },
    [
      {
        rule: "vanished",
        severity: "error",
        file: "20261101_users.up.sql",
        message: "stack prod has shipped version 20261101 (users), and its up file is gone",
        fix: "restore the file, with its down file; undo it by a new migration",
      },
    ],
  ],
  [
    "a shipped pair under a new number, which would run again",
    {
      "20261110_orders.up.sql": null,
      "20261110_orders.down.sql": null,
      "20261112_orders.up.sql": "orders",
      "20261112_orders.down.sql": "no orders",
    },
    [
      {
        rule: "vanished",
        severity: "error",
        file: "20261110_orders.up.sql",
        message: "stack prod has shipped version 20261110 (orders), and its up file is gone",
        fix: "20261112_orders.up.sql holds the same SQL and would run again: rename it back to 20261110_orders.up.sql",
      },
    ],
  ],
  [
    "an edited up file",
    { "20261101_users.up.sql": "users and more" },
    [
      {
        rule: "up-edited",
        severity: "error",
        file: "20261101_users.up.sql",
        message: "version 20261101 differs from what stack prod has shipped and will not run again there",
        fix: "restore the file as it was shipped, and put the change into a new migration (npx ecs-migrate new NAME)",
      },
    ],
  ],
  [
    "another migration in a shipped one's place",
    { "20261101_users.up.sql": null, "20261101_users.down.sql": null, "20261101_people.up.sql": "people" },
    [
      {
        rule: "up-edited",
        severity: "error",
        file: "20261101_people.up.sql",
        message:
          "version 20261101 differs from what stack prod has shipped, where it is called users, and will not run again there",
        fix: "restore the file as it was shipped, and put the change into a new migration (npx ecs-migrate new NAME)",
      },
      {
        rule: "down-edited",
        severity: "error",
        file: "20261101_users.down.sql",
        message: "stack prod has shipped a down file for version 20261101, and it is gone",
        fix: "restore it as it was shipped; where the edit repairs the way back, allow it with --disable down-edited",
      },
    ],
  ],
  [
    "an edited down file",
    { "20261101_users.down.sql": "drop it all" },
    [
      {
        rule: "down-edited",
        severity: "error",
        file: "20261101_users.down.sql",
        message: "the down file of version 20261101 differs from what stack prod has shipped",
        fix: "restore it as it was shipped; where the edit repairs the way back, allow it with --disable down-edited",
      },
    ],
  ],
  [
    "a name that golang-migrate does not read, without a version",
    { "20261112-x.up.sql": "x", "schema.SQL": "y" },
    [
      {
        rule: "broken-name",
        severity: "error",
        file: "20261112-x.up.sql",
        message: "golang-migrate passes over this file in silence",
        fix: "rename to 20261112_x.up.sql",
      },
      {
        rule: "broken-name",
        severity: "error",
        file: "schema.SQL",
        message: "golang-migrate passes over this file in silence",
        fix: "name it <version>_<name>.up.sql or .down.sql, or move it out of the folder",
      },
    ],
  ],
];

for (const [what, changes, expected] of REFUSED) {
  test(`refuses ${what}`, () => assert.deepEqual(guard(changed(changes)).map(bare), expected));
}

function bare({ rule, severity, file, message, fix }: Finding) {
  return { rule, severity, file, message, fix };
}

test("another name for the same SQL is a warning and refuses nothing", () => {
  const problems = guard(
    changed({
      "20261101_users.up.sql": null,
      "20261101_users.down.sql": null,
      "20261101_people.up.sql": "users",
      "20261101_people.down.sql": "no users",
    }),
  );
  assert.deepEqual(problems.map(bare), [
    {
      rule: "renamed",
      severity: "warning",
      file: "20261101_people.up.sql",
      message: "version 20261101 was shipped as users; its SQL is the same",
      fix: "rename it back to 20261101_users.up.sql, so that the history keeps one name for it",
    },
  ]);
});

test("a down file that came after the up file was shipped is a repair", () => {
  const shipped = record({ "1_a.up.sql": "a" });
  const checkout = folder({ "1_a.up.sql": "a", "1_a.down.sql": "no a" });
  assert.deepEqual(compare(checkout, shipped), []);
});

test("before the first deploy nothing is late and nothing is gone", () => {
  const checkout = folder({ "1_a.up.sql": "a", "1_b.up.sql": "b" });
  const rules = compare(checkout, []).map(({ rule }) => rule);
  assert.deepEqual(rules, ["duplicate-version"]);
});

test("a version above what a number holds is named whole", () => {
  const checkout = folder({ "9007199254740993_a.up.sql": "a", "9007199254740993_b.up.sql": "b" });
  const [problem] = compare(checkout, []);
  assert.equal(
    problem?.message,
    "version 9007199254740993 belongs to 9007199254740993_a.up.sql, 9007199254740993_b.up.sql",
  );
});

test("the refusal lists each finding once, as every output prints it, and exits 3", () => {
  const problems = guard(changed({ "20261105_x.up.sql": "x", "20261101_users.up.sql": "edited" }));
  const { name, code, exitCode, message } = new CheckoutRefusedError("prod", errorsOf(problems));
  assert.deepEqual({ name, code, exitCode }, { name: "CheckoutRefusedError", code: "guard", exitCode: 3 });
  assert.equal(
    message,
    [
      "The check refuses the migrations for stack prod; nothing was run:",
      "  20261101_users.up.sql:1: error up-edited: version 20261101 differs from what stack prod has shipped and will not run again there → restore the file as it was shipped, and put the change into a new migration (npx ecs-migrate new NAME)",
      "  20261105_x.up.sql:1: error late: version 20261105 is not shipped and lies below 20261110, the highest that stack prod has; it would never run → rename to 20261124120000_x.up.sql (npx ecs-migrate check --against prod --fix)",
    ].join("\n"),
  );
  const { summary } = new CheckoutRefusedError("prod", Array(7).fill(problems[0]));
  const place = "20261101_users.up.sql:1 up-edited";
  assert.equal(
    summary,
    `The check refuses the migrations for stack prod: ${Array(5).fill(place).join("; ")}; and 2 more`,
  );
  assert.equal(new CheckoutRefusedError("prod", problems, "A hint.").message, `${message}\nA hint.`);
});
