/** What ended a run that should have gone on: one row a cause, first by ECS's stop code and words, then by exit code. */
import { CONTAINER_EXIT } from "../contract/container.ts";

interface InterruptRow {
  /** For the headline's bracket. */
  readonly short: string;
  readonly sentence: string;
  /** What to do about the cause; null if nobody can know. */
  readonly fix: string | null;
  /** ECS's words in the task's stopped reason or the container's reason. */
  readonly pattern: RegExp | null;
  /** TaskStopCode of the Amazon ECS API reference. */
  readonly stopCodes: readonly string[];
  /** 128 + signal, as every container runtime reports it; 13 is the migrator's own. */
  readonly exitCodes: readonly number[];
  /** A whole text of AWS; null if none leads here. */
  readonly example: string | null;
}

const none = { pattern: null, stopCodes: [], exitCodes: [], example: null, fix: null } as const;

/** The order decides: memory before everything, then Spot, since its stop code may be that of a lost host. */
export const INTERRUPT_CAUSES = {
  outOfMemory: {
    ...none,
    short: "out of memory",
    sentence: "The container needed more memory than the task has.",
    fix: "Raise the task's memory (ecs-migrate:memory, in MiB), or split the migration.",
    pattern: /OutOfMemory/i,
    example: "OutOfMemoryError: Container killed due to memory usage",
  },
  spot: {
    ...none,
    short: "Spot",
    sentence: "AWS took the Spot capacity back.",
    fix: "Run migrations on capacity that AWS does not take back: FARGATE, not FARGATE_SPOT.",
    pattern: /Spot (?:Task|Instance) was interrupted/i,
    stopCodes: ["SpotInterruption"],
    example: "Your Spot Task was interrupted.",
  },
  host: {
    ...none,
    short: "host",
    sentence: "AWS took the task's host out of service.",
    pattern: /^Host EC2 \(instance |maintenance on the underlying infrastructure/i,
    stopCodes: ["TerminationNotice", "InfrastructureHealth"],
    example: "ECS is performing maintenance on the underlying infrastructure hosting the task",
  },
  stopTask: {
    ...none,
    short: "stopped",
    sentence: "Somebody stopped the task.",
    pattern: /^Task stopped by user/i,
    stopCodes: ["UserInitiated", "ServiceSchedulerInitiated"],
    example: "Task stopped by user",
  },
  killed: {
    ...none,
    short: "killed",
    sentence: "The container was killed with SIGKILL, which ECS sends when stopTimeout is over.",
    fix: "Find out who stopped the task. If a file needs longer to end, raise stopTimeout.",
    exitCodes: [137],
  },
  crashed: {
    ...none,
    short: "crashed",
    sentence: "The process in the container crashed.",
    exitCodes: [134, 136, 139],
  },
  terminated: {
    ...none,
    short: "terminated",
    sentence: "The container was asked to stop, and it stopped.",
    exitCodes: [CONTAINER_EXIT.interrupted, 130, 143],
  },
  /** This command was stopped while its task ran; the task goes on. */
  cancelled: {
    ...none,
    short: "this command was stopped",
    sentence:
      "This command was stopped. It left the task running, because SQL that is killed half-way can leave a database dirty.",
  },
  /** This command was stopped while `pulumi up` ran; no task was started. */
  deployStopped: {
    ...none,
    short: "the deploy was stopped",
    sentence: "This command was stopped before it started a migration.",
  },
  /** This command was stopped before it called RunTask. */
  stoppedBeforeStart: {
    ...none,
    short: "stopped before it started",
    sentence: "This command was stopped before it started a task; the database is untouched.",
  },
  /** This command was stopped while it looked at what an earlier process of its run had done. */
  unconfirmed: {
    ...none,
    short: "stopped before it was confirmed",
    sentence:
      "This command was stopped before it could ask whether the result of an earlier process of this run still holds. Nothing was run now.",
  },
} as const satisfies Record<string, InterruptRow>;

export type InterruptCause = keyof typeof INTERRUPT_CAUSES;

const ROWS = Object.entries(INTERRUPT_CAUSES) as [InterruptCause, InterruptRow][];

/** Every cause whose pattern matches ECS's words; the words of one stop match one row. */
export function causesInText(text: string): InterruptCause[] {
  return ROWS.filter(([, { pattern }]) => pattern?.test(text)).map(([cause]) => cause);
}

/** The cause in ECS's words, or by the stop code; undefined if the task's stop says nothing. */
export function causeOfStop(stopCode: string | undefined, text: string): InterruptCause | undefined {
  return causesInText(text)[0] ?? ROWS.find(([, row]) => row.stopCodes.includes(stopCode ?? ""))?.[0];
}

export function causeOfExit(exitCode: number): InterruptCause | undefined {
  return ROWS.find(([, { exitCodes }]) => exitCodes.includes(exitCode))?.[0];
}
