/** Reports of every kind of verdict, as `makeReport` makes them. */
import type { RunReport } from "../../automation/report/report.ts";
import { describeVerdict, exitCodeOf } from "../../automation/verdict/describe.ts";
import type { Verdict } from "../../automation/verdict/verdict.ts";
import { CONTEXT } from "./verdictSamples.ts";

const STREAM_LINK =
  "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fmigration/log-events/prod$252Fmigration$252F0123";

export function reportOf(verdict: Verdict, fields: Partial<RunReport> = {}): RunReport {
  const started = verdict.kind !== "notStarted" && verdict.kind !== "unchanged";
  return {
    schema: 1,
    stack: "prod",
    application: "shop",
    production: true,
    region: "eu-west-1",
    operation: CONTEXT.operation,
    verdict,
    exitCode: exitCodeOf(verdict),
    ...describeVerdict(verdict, CONTEXT),
    services: [],
    task: started
      ? {
          arn: CONTEXT.taskArn ?? "",
          taskDefinition: CONTEXT.taskDefinition ?? "",
          stopCode: "EssentialContainerExited",
          stoppedReason: "Essential container in task exited",
          exitCode: exitCodeOf(verdict),
          attached: false,
        }
      : null,
    image: CONTEXT.image,
    database: { engine: "postgres", serverVersion: "15.18" },
    origin: {
      by: "ada",
      commit: "4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a",
      branch: "prod/2026-11",
      build: "shop-prod:01234567-89ab-cdef-0123-456789abcdef",
      buildUrl: null,
    },
    links: {
      logStream: started ? STREAM_LINK : null,
      task: started ? "https://eu-west-1.console.aws.amazon.com/ecs/v2/x?region=eu-west-1&a=b" : null,
      build: "https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/x",
      report:
        "https://eu-west-1.console.aws.amazon.com/s3/object/x?region=eu-west-1&prefix=builds%2F1%2Frun.html",
    },
    startedAt: "2026-11-24T08:00:00.000Z",
    durationMs: 73_400,
    logTail: started ? ["migrating to 20261124", "20261122/u add_email (12.345ms)", "done `a` & <b>"] : [],
    warnings: [],
    ...fields,
  };
}
