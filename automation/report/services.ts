/** What became of each ECS service that a deploy rolls to the new image, and the words for it. Pure. */

export const SERVICE_KINDS = {
  live: { sign: "✔", words: "runs the new image", good: true },
  unchanged: { sign: "✔", words: "already runs this image", good: true },
  rolledBack: { sign: "✖", words: "was rolled back by ECS: the old image runs", good: false },
  failed: { sign: "✖", words: "did not go live: the deployment failed", good: false },
  notRolled: { sign: "✖", words: "was not touched: the old image runs", good: false },
  unknown: {
    sign: "?",
    words: "may or may not go live: its deployment was not watched to the end",
    good: false,
  },
} as const;

export type ServiceKind = keyof typeof SERVICE_KINDS;

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

/** True if the migration passed and every service runs the new image. */
export function isLive(services: readonly ServiceReport[]): boolean {
  return services.every(({ kind }) => SERVICE_KINDS[kind].good);
}

/** One line of a service, the same on the terminal, in Slack and in Markdown. */
export function serviceLine({ service, kind, detail }: ServiceReport): string {
  const { sign, words } = SERVICE_KINDS[kind];
  return `${sign} service ${service} ${words}${detail === null ? "" : ` (${detail})`}`;
}
