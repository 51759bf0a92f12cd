/** What the demo plays: on Postgres, on MariaDB, and with an application of the user's own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceReport } from "../../automation/report/services.ts";

/** One command, and what it must come to. */
export interface Act {
  readonly title: string;
  readonly args: readonly string[];
  /** @param folder the stack's migrations */
  readonly prepare?: (folder: string) => void;
  /** SQL that a person runs before the command. */
  readonly byHand?: string;
  readonly exitCode: number;
  /** Of the report and of the one message in Slack; a command without a report sends none. */
  readonly headline?: RegExp;
  /** What becomes of the example's service; a command that is no deploy leaves it alone. */
  readonly service?: ServiceReport["kind"];
}

/** With the user's own migrations none is made to fail. */
export const OWN_ACTS: readonly Act[] = [
  {
    title: "First deploy: makes everything, then applies every migration",
    // An operator's word: a routine deploy may not make the infrastructure.
    args: ["deploy", "--allow-infra"],
    exitCode: 0,
    headline: /^Applied \d+ migrations?/,
    service: "live",
  },
  {
    title: "Second deploy: nothing is new",
    args: ["deploy"],
    exitCode: 0,
    headline: /^(Skipped|Nothing to do)/,
    service: "unchanged",
  },
];

export const BROKEN = "20261121_add_discounts";

/** A migration of the example, by the table that it alters: `discount` does not exist, `discounts` does. */
interface Broken {
  readonly up: (table: string) => string;
  readonly down: string;
}

/** If the table of the second statement does not exist, Postgres undoes the first. */
const POSTGRES: Broken = {
  up: (table) =>
    "CREATE TABLE discounts (id bigint PRIMARY KEY, percent integer NOT NULL);\n" +
    `ALTER TABLE ${table} ADD COLUMN starts_at timestamptz;\n`,
  down: "DROP TABLE discounts;\n",
};

/** If the table of the third statement does not exist, MariaDB has committed the two before it. */
export const MYSQL: Broken = {
  up: (table) =>
    "CREATE TABLE discounts (id bigint unsigned NOT NULL PRIMARY KEY, percent int NOT NULL);\n" +
    "ALTER TABLE products ADD COLUMN discount_id bigint unsigned NULL;\n" +
    `ALTER TABLE ${table} ADD COLUMN starts_at timestamp NULL;\n`,
  down: "ALTER TABLE products DROP COLUMN discount_id;\nDROP TABLE discounts;\n",
};

/** Writes the pair of files into a folder of migrations. @param table `discount` for the file that fails */
export const writeBroken =
  ({ up, down }: Broken, table: string) =>
  (folder: string): void => {
    writeFileSync(join(folder, `${BROKEN}.up.sql`), up(table));
    writeFileSync(join(folder, `${BROKEN}.down.sql`), down);
  };

const broken = (file: Broken, exitCode: number, headline: RegExp): Act => ({
  title: "Third deploy: a migration that fails half-way",
  service: "notRolled",
  args: ["deploy"],
  prepare: writeBroken(file, "discount"),
  exitCode,
  headline,
});

const corrected = (file: Broken): Act => ({
  title: "Fourth deploy: the same file, corrected",
  service: "live",
  args: ["deploy"],
  prepare: writeBroken(file, "discounts"),
  exitCode: 0,
  headline: /^Applied 1 migration\b/,
});

export const POSTGRES_ACTS: readonly Act[] = [
  ...OWN_ACTS,
  broken(POSTGRES, 11, /^Failed/),
  corrected(POSTGRES),
];

export const MYSQL_ACTS: readonly Act[] = [
  ...OWN_ACTS,
  broken(MYSQL, 12, /^Dirty at 20261121: 20261121_add_discounts\.up\.sql stopped half-way$/),
  { title: "The way out: which statements took effect", args: ["doctor"], exitCode: 12 },
  {
    title: "The way out: those are undone, and the version is set as doctor prints it",
    byHand: "ALTER TABLE products DROP COLUMN discount_id; DROP TABLE discounts;",
    args: ["migrate", "force", "20261112"],
    exitCode: 0,
    headline: /: 20261121 \(dirty\) → 20261112$/,
  },
  corrected(MYSQL),
];
