/** What the commands share: what they need of the process, and how they find their stack and its folder. */
import { resolve } from "node:path";
import type { ExitCode } from "../contract/errors.ts";
import type { Terminal } from "../report/terminal.ts";
import { type PulumiLocation, readStackConfig } from "../stack/pulumiCli.ts";
import { type CommonOptions, requireStack } from "./options.ts";
import { originOf, stackOfBranch } from "./origin.ts";

/** What the commands need of the process; `main.ts` gives it. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of package.json. */
  readonly home: string;
  readonly terminal: Terminal;
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** Aborts where a running `pulumi up` must be told to stop: see `stopSignals.ts`. */
  readonly pulumiSignal: AbortSignal;
  /** Masks a secret from now on, in all that is said. */
  readonly keepSecret: (secret: string) => void;
  /** True where a person can answer a question. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  readonly finish: (exitCode: ExitCode) => void;
}

/** The stack that a command is about, and where Pulumi finds it. */
export function locate(context: CommandContext, options: CommonOptions): PulumiLocation {
  const { branch } = originOf(context.env);
  const stack = requireStack(options.stack, stackOfBranch(branch), branch);
  return { stack, project: projectFolder(context, options), env: context.env, signal: context.signal };
}

export function projectFolder(context: CommandContext, { project }: CommonOptions): string {
  return resolve(project ?? context.home);
}

/**
 * The checkout's folder of migrations, from the same two keys that `infra/config.ts` reads.
 *
 * @param config the stack's configuration, where it was read already
 */
export async function migrationsFolder(
  location: PulumiLocation,
  config?: ReadonlyMap<string, string>,
): Promise<string> {
  const values = config ?? (await readStackConfig(location));
  const app = values.get("ecs-migrate:appPath") || "app";
  return resolve(
    location.project,
    app,
    values.get("ecs-migrate:migrationsPath") || "resources/db/migrations",
  );
}

/** JSON as `--json` prints it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
