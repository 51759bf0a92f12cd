/** Makes the report of a run from what is known of it. Pure. */

import type { Operation } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { EcsTaskRun } from "../task/taskRun.ts";
import { cleanData } from "../text/json.ts";
import { redact } from "../text/redact.ts";
import { describeVerdict, exitCodeOf } from "../verdict/describe.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { buildLinks } from "./links.ts";
import { REPORT_SCHEMA, type RunReport } from "./report.ts";

interface ReportFacts {
  readonly stack: string;
  /** undefined if the stack was never deployed, or its outputs could not be read. */
  readonly outputs: Outputs | undefined;
  readonly operation: Operation;
  /** The options that the same operation needs once more. */
  readonly flags?: string;
  readonly taskDefinition: string | null;
  readonly verdict: Verdict;
  /** undefined if no task was thought of: a refused deploy, a failed update, a skipped migration. */
  readonly run?: EcsTaskRun;
  /** The revision whose image holds the files that this one lacks. */
  readonly revisionWithVersion?: number | null;
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly warnings?: readonly string[];
}

export function makeReport(facts: ReportFacts): RunReport {
  const { outputs, run, verdict, stack, origin } = facts;
  const database = run?.result?.database ?? null;
  const image = run?.result?.image ?? outputs?.image ?? null;
  const text = describeVerdict(verdict, {
    stack,
    operation: facts.operation,
    flags: facts.flags ?? "",
    application: outputs?.application ?? stack,
    taskDefinition: facts.taskDefinition,
    image,
    logStream: run?.logStream ?? null,
    taskArn: run?.task?.arn ?? (verdict.kind === "notStarted" ? verdict.taskArn : undefined) ?? null,
    migrations: outputs?.migrations ?? [],
    engine: database?.engine ?? null,
    revisionWithVersion: facts.revisionWithVersion ?? null,
  });
  return {
    schema: REPORT_SCHEMA,
    stack,
    application: outputs?.application ?? stack,
    production: outputs?.production ?? false,
    region: outputs?.region ?? "",
    operation: facts.operation,
    verdict: cleanData(verdict),
    exitCode: exitCodeOf(verdict),
    ...text,
    services: [],
    task: run?.task ?? null,
    image,
    database: database && { engine: database.engine, serverVersion: database.serverVersion },
    origin,
    links: buildLinks(outputs, run?.task?.arn ?? null, run?.logStream ?? null, origin),
    startedAt: new Date(facts.startedAt).toISOString(),
    durationMs: facts.endedAt - facts.startedAt,
    logTail: (run?.logTail ?? []).map((line) => redact(line)),
    warnings: [...(run?.warnings ?? []), ...(facts.warnings ?? [])].map((line) => redact(line)),
    ...(run?.result?.inspection ? { inspection: cleanData(run.result.inspection) } : {}),
  };
}
