/**
 * Every failure that a runner of migrations must survive, one row each, driven through a whole run over the fake AWS: what
 * is the verdict, did the database change, why, and what now.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../../automation/contract/operations.ts";
import { slackMessage } from "../../../../automation/notify/slack/runMessage.ts";
import { reportJson, reportMarkdown } from "../../../../automation/report/file.ts";
import { verdictLines } from "../../../../automation/report/lines.ts";
import type { RunReport } from "../../../../automation/report/report.ts";
import type { VerdictKind } from "../../../../automation/verdict/verdict.ts";
import { FAULTS, type FaultName } from "../../../support/fakeFaults.ts";
import type { TaskScript } from "../../../support/fakeTask.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";

export const PASSWORD = "hunter2S3cret";
export const URL_LINE = `connecting to postgres://app:${PASSWORD}@db.internal:5432/shop?sslmode=require`;
export const UP: Operation = { name: "up" };
export const [FIRST, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];
export const again = /npx ecs-migrate migrate (up|down 1) --stack stage/;
export const readVersion = /npx ecs-migrate migrate version --stack stage/;
export const attach =
  /npx ecs-migrate attach arn:aws:ecs:eu-west-1:123456789012:task\/shop-stage\/0+1 --stack stage/;

export interface Row {
  readonly name: string;
  readonly arrange?: (fixture: RunFixture) => void;
  /** How the tasks go, one script each. */
  readonly tasks?: readonly TaskScript[];
  readonly operation?: Operation;
  readonly revision?: string;
  readonly kind: VerdictKind;
  readonly exitCode: number;
  readonly changed: RunReport["databaseChanged"];
  /** null: nothing went wrong. */
  readonly why: RegExp | null;
  readonly next: RegExp | null;
  /** Tasks that RunTask made. */
  readonly started?: number;
  readonly check?: (report: RunReport, fixture: RunFixture) => void;
}

export const always = (api: string, fault: FaultName) => (fixture: RunFixture) =>
  fixture.aws.faults.always(api, FAULTS[fault]());

export const applied = {
  kind: "applied",
  exitCode: 0,
  changed: "yes",
  why: null,
  next: null,
  started: 1,
} as const;
export const notStarted = { kind: "notStarted", exitCode: 10, changed: "no" } as const;

export const killed = (kill: NonNullable<TaskScript["kill"]>): TaskScript => ({ kill });

/** One test a row. */
export function playRows(group: string, rows: readonly Row[]): void {
  describe(`failure table: ${group}`, () => {
    for (const row of rows) test(row.name, async (t) => playRow(row, new RunFixture(await temporaryHome(t))));
  });
}

export async function playRow(row: Row, fixture: RunFixture): Promise<void> {
  const { aws } = fixture;
  aws.ecs.scripts.push(...(row.tasks ?? []));
  // The password stands in every log.
  if (row.tasks === undefined) aws.ecs.scripts.push({ chatter: [URL_LINE] });
  row.arrange?.(fixture);
  const report = await fixture.run(row.operation ?? UP, row.revision);
  assertRow(row, report);
  if (row.started !== undefined) assert.equal(aws.ecs.tasks.length, row.started, "tasks");
  assert.equal(aws.database.appliedTwice(), undefined);
  row.check?.(report, fixture);
  assertNoSecret(report, fixture);
}

export function assertRow(row: Row, report: RunReport): void {
  assert.equal(report.verdict.kind, row.kind, JSON.stringify(report.verdict));
  assert.equal(report.exitCode, row.exitCode);
  assert.equal(report.databaseChanged, row.changed, report.headline);
  if (row.why === null) assert.equal(report.why, null);
  else assert.match(report.why ?? "", row.why);
  const steps = report.next.map(({ text, command }) => `${text} ${command ?? ""}`).join("\n");
  if (row.next === null) assert.equal(steps, "");
  else assert.match(steps, row.next);
}

/** The password is in none of the doors by which a run is told of. */
export function assertNoSecret(report: RunReport, { aws, said }: RunFixture): void {
  const doors = {
    report: reportJson(report),
    markdown: reportMarkdown(report),
    terminal: `${said}\n${verdictLines(report, { color: false }).join("\n")}`,
    slack: JSON.stringify(slackMessage(report)),
    calls: JSON.stringify(aws.faults.calls),
  };
  for (const [door, text] of Object.entries(doors)) assert.equal(text.includes(PASSWORD), false, door);
}
