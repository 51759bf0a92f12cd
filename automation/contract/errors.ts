/**
 * The errors that a user meets: one small class a kind. Each message is one sentence with the thing, the value and the
 * next command; `cause` holds what a developer needs, and is shown only with `--verbose`.
 */

/** The script's exit codes. Documented in the README; they never change for Slack's sake. */
export const EXIT = {
  ok: 0,
  usage: 2,
  refused: 3,
  notStarted: 10,
  failed: 11,
  dirty: 12,
  interrupted: 13,
  unknown: 14,
  /** The migration passed, and a service does not run the new image. */
  notLive: 15,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The base of all errors that are meant for the user's eyes. */
export abstract class EcsMigrateError extends Error {
  abstract readonly code: string;
  abstract readonly exitCode: ExitCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Arguments, environment or configuration are wrong; nothing was started. Lists every problem with its fix. */
export class ConfigError extends EcsMigrateError {
  readonly code = "config";
  readonly exitCode = EXIT.usage;
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      problems.length === 1 ? (problems[0] ?? "") : `${problems.length} problems:\n${bullets(problems)}`,
      options,
    );
    this.problems = problems;
  }
}

/** The stack's outputs are not those of this version of the program. */
export class OutputsError extends EcsMigrateError {
  readonly code = "outputs";
  readonly exitCode = EXIT.usage;
  readonly problems: readonly string[];

  constructor(stack: string, problems: readonly string[]) {
    super(
      `The outputs of stack ${stack} are not what this version reads; run \`pulumi up -s ${stack}\` once:\n${bullets(problems)}`,
    );
    this.problems = problems;
  }
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join("\n");
}
