/** The deploy was refused before anything ran. */
import { EcsMigrateError, EXIT } from "./errors.ts";
import type { GuardProblem } from "./guard.ts";

/** The checkout's migrations do not follow from what the stack has shipped; nothing was started. */
export class GuardRefusedError extends EcsMigrateError {
  readonly code = "guard";
  readonly exitCode = EXIT.refused;
  readonly problems: readonly GuardProblem[];

  /** @param problems at least one, of severity `error` */
  constructor(problems: readonly GuardProblem[], options?: ErrorOptions) {
    const list = problems.map(
      ({ file, rule, message, mend }) => `  - ${file}: ${rule}: ${message}\n    ${mend}`,
    );
    const stacks = [...new Set(problems.map(({ stack }) => stack))].join(", ");
    super(
      `The migrations do not fit what stack ${stacks} has shipped; nothing was run:\n${list.join("\n")}`,
      options,
    );
    this.problems = problems;
  }
}

/**
 * Stops a deploy whose migrations have problems that refuse it.
 *
 * @returns the warnings, to be shown
 * @throws {GuardRefusedError} naming every problem of severity `error`
 */
export function refuseOnErrors(problems: readonly GuardProblem[]): GuardProblem[] {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new GuardRefusedError(errors);
  return problems.filter(({ severity }) => severity === "warning");
}
