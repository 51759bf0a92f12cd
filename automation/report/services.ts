/** What became of each ECS service that a deploy rolls to the new image, and the words for it. Pure. */
import { commandFor, shellWord } from "../text/commandLine.ts";
import type { Verdict } from "../verdict/verdict.ts";

export const SERVICE_KINDS = {
  live: { sign: "✔", words: "runs the new image", good: true },
  unchanged: { sign: "✔", words: "already runs this image", good: true },
  overtaken: { sign: "✔", words: "runs a newer commit and was left alone", good: true },
  rolledBack: { sign: "✖", words: "was rolled back by ECS: the old image runs", good: false },
  failed: { sign: "✖", words: "did not go live: the deployment failed", good: false },
  notRolled: { sign: "✖", words: "was not touched: the old image runs", good: false },
  unknown: {
    sign: "?",
    words: "may or may not go live: its deployment was not watched to the end",
    good: false,
  },
} as const;

type ServiceKind = keyof typeof SERVICE_KINDS;

export interface ServiceReport {
  /** Name or ARN, as the stack's configuration has it. */
  readonly cluster: string;
  readonly service: string;
  readonly kind: ServiceKind;
  /** One clause without a full stop: why; null if there is nothing to add. */
  readonly detail: string | null;
  /** ARN of the revision that the service runs or was to run; null if none was chosen. */
  readonly taskDefinition: string | null;
  readonly durationMs: number;
}

/** Why no service may be rolled; undefined if the migration passed. */
export function reasonToLeave(verdict: Verdict): string | undefined {
  if (verdict.kind !== "applied" && verdict.kind !== "unchanged") return "its migration did not pass";
  if (verdict.kind === "applied") return undefined;
  if (verdict.skipped === "asked") return "its migration was not run";
  return verdict.skipped === "overtaken" ? "a newer commit is deployed" : undefined;
}

/** True if the migration passed and a service does not run the new image. */
export function isNotLive(verdict: Verdict, services: readonly ServiceReport[]): boolean {
  return reasonToLeave(verdict) === undefined && !isLive(services);
}

/** True if every service runs the new image. */
export function isLive(services: readonly ServiceReport[]): boolean {
  return services.every(({ kind }) => SERVICE_KINDS[kind].good);
}

/** One line of a service, the same on the terminal, in Slack and in Markdown. */
export function serviceLine({ service, kind, detail }: ServiceReport): string {
  const { sign, words } = SERVICE_KINDS[kind];
  return `${sign} service ${service} ${words}${detail === null ? "" : ` (${detail})`}`;
}

/** What to do now, ready to paste; empty if every service runs the new image. */
export function serviceSteps(
  services: readonly ServiceReport[],
  stack: string,
): { readonly text: string; readonly command: string }[] {
  const looks = services
    .filter((service) => !isLive([service]) && service.taskDefinition !== null)
    .map(({ cluster, service }) => ({
      text: `Read the events of service ${service}.`,
      command: `aws ecs describe-services --cluster ${shellWord(cluster)} --services ${shellWord(service)} --query 'services[0].events[:10].message'`,
    }));
  if (isLive(services)) return [];
  const again = {
    text: "Fix the cause, then deploy again: the migration does not run a second time, a deployment that is in progress is followed, and one that failed is tried again.",
    command: commandFor("deploy", stack),
  };
  return [...looks, again];
}
