/** What became of a rollback of services, as data and as lines. Pure. */
import type { ExitCode } from "../contract/errors.ts";
import type { Origin } from "../contract/origin.ts";
import { commandFor, shellWord } from "../text/commandLine.ts";
import { revisionName } from "../text/image.ts";
import { safeLine } from "../text/plainText.ts";
import { SERVICE_KINDS, type ServiceReport } from "./services.ts";

/** Raised when a field changes its meaning; new fields are added without. */
export const ROLLBACK_SCHEMA = 1;

/** Where a service goes from, and where to. */
export interface Way {
  readonly cluster: string;
  readonly service: string;
  /** ARNs of revisions. */
  readonly from: string;
  readonly to: string;
  /** The commit that the image of `to` was built from; null if nobody said. */
  readonly commit: string | null;
}

/** The migrations between the two images, and what they mean for the earlier one. */
export interface Between {
  /** The version that the database had when the earlier revision was made; null if the record does not say. */
  readonly versionThen: number | null;
  /** The version that it has; null if it is not known. */
  readonly versionNow: number | null;
  /** The files that were applied since, in order. */
  readonly files: readonly string[];
  /** What the earlier code may not live with: one sentence each. */
  readonly breaks: readonly string[];
  /** What could not be looked at, and why: one sentence each. */
  readonly doubts: readonly string[];
}

export interface RollbackReport {
  readonly schema: typeof ROLLBACK_SCHEMA;
  readonly stack: string;
  readonly application: string;
  readonly production: boolean;
  readonly exitCode: ExitCode;
  readonly headline: string;
  readonly ways: readonly Way[];
  readonly between: Between;
  readonly services: readonly ServiceReport[];
  readonly next: readonly { readonly text: string; readonly command: string | null }[];
  readonly origin: Origin;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly warnings: readonly string[];
}

/** What a person reads before the services are touched. */
export function wayLines(ways: readonly Way[], between: Between): string[] {
  return [
    ...ways.map(
      ({ service, from, to, commit }) =>
        `service ${service}: ${revisionName(from)} → ${revisionName(to)}${commit === null ? "" : `, commit ${commit.slice(0, 7)}`}`,
    ),
    ...betweenLines(between),
  ].map((line) => safeLine(line));
}

/** The migrations between the two images, as the terminal and Slack print them. */
export function betweenLines({ files, breaks, doubts }: Between): string[] {
  const count = files.length === 1 ? "1 migration was" : `${files.length} migrations were`;
  const applied =
    files.length === 0 ? "no migration was applied since" : `${count} applied since: ${files.join(", ")}`;
  const read = doubts.length === 0 && files.length > 0 && breaks.length === 0;
  return [
    `${applied}; the database stays as it is`,
    ...breaks.map((text) => `✖ ${text}`),
    ...doubts.map((text) => `? ${text}`),
    ...(read
      ? ["none of them drops or renames anything, or asks more of a row: the earlier code can live with them"]
      : []),
  ];
}

const WORDS: Readonly<Record<ServiceReport["kind"], string>> = {
  live: "runs the earlier revision",
  unchanged: "already runs the earlier revision",
  overtaken: "runs a newer commit",
  rolledBack: "was not changed: ECS took the deployment back",
  failed: "did not go back: the deployment failed",
  notRolled: "was not touched",
  unknown: "may or may not go back: its deployment was not watched to the end",
};

export function rollbackServiceLine({ service, kind, detail, taskDefinition }: ServiceReport): string {
  const { sign, good } = SERVICE_KINDS[kind];
  const revision = good && taskDefinition !== null ? ` ${revisionName(taskDefinition)}` : "";
  return `${sign} service ${service} ${WORDS[kind]}${revision}${detail === null ? "" : ` (${detail})`}`;
}

/** The verdict in the first line, then each service, then what to do. */
export function rollbackLines({
  exitCode,
  application,
  stack,
  headline,
  services,
  next,
}: RollbackReport): string[] {
  return [
    `${exitCode === 0 ? "✔" : "✖"} ${application === stack ? stack : `${application} ${stack}`}: ${headline}`,
    ...services.map((service) => `  ${rollbackServiceLine(service)}`),
    ...next.flatMap(({ text, command }) => [
      `  → ${text}`,
      ...(command === null ? [] : [`      ${command}`]),
    ]),
  ].map((line) => line.slice(0, line.length - line.trimStart().length) + safeLine(line.trimStart()));
}

/** What to do now, ready to paste. */
export function rollbackSteps(services: readonly ServiceReport[], stack: string): RollbackReport["next"] {
  const bad = services.filter(({ kind }) => !SERVICE_KINDS[kind].good);
  if (bad.length > 0)
    return bad.map(({ cluster, service }) => ({
      text: `Read the events of service ${service}.`,
      command: `aws ecs describe-services --cluster ${shellWord(cluster)} --services ${shellWord(service)} --query 'services[0].events[:10].message'`,
    }));
  const text =
    "The next deploy rolls forward again: revert the commit on the branch first. To deploy this checkout again:";
  return [{ text, command: commandFor("deploy", stack) }];
}
