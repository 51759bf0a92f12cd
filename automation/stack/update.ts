/**
 * `pulumi preview` and `pulumi up` through the Automation API. Loaded by `deploy` alone: a rerun reads outputs with the
 * CLI (`stackOutputs.ts`).
 */
import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, Stack, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { deferUnusedOfPulumi } from "../contract/pulumiSdk.ts";
import { AFTER_VARIABLE, CHANGED_SINCE_MARK } from "../contract/source.ts";
import { CONFIG_PROBLEMS_MARK, StackConfigError } from "./configProblems.ts";
import { lockOwner, StackLockedError } from "./lock.ts";
import type { OutputsChange, Preview, StepEvent } from "./preview.ts";
import { PulumiError, type PulumiLocation, pulumiFailure } from "./pulumiCli.ts";
import { stackFileName } from "./settings.ts";

/** `pulumi up` or `pulumi preview` failed. No migration was started. */
export class StackUpdateError extends EcsMigrateError {
  readonly code = "stackUpdate";
  readonly exitCode = EXIT.notStarted;
}

/** `pulumi up` or `pulumi preview` was asked to stop, with the command. No migration was started. */
export class StackStoppedError extends EcsMigrateError {
  readonly code = "stackStopped";
  readonly exitCode = EXIT.interrupted;

  constructor(verb: string, stack: string, options?: ErrorOptions) {
    super(`\`pulumi ${verb}\` of stack ${stack} was stopped, so no migration was started`, options);
  }
}

/** Another process deployed the stack after this one had looked at it. Nothing was changed. */
export class StackChangedError extends EcsMigrateError {
  readonly code = "stackChanged";
  readonly exitCode = EXIT.notStarted;
}

interface StackProgress {
  /** One finished step of the engine: `created aws:ecs/cluster:Cluster main (3 s)`. */
  readonly onStep: (line: string) => void;
  /** With --verbose: the engine's own output. */
  readonly onOutput?: (text: string) => void;
  /** Asks a running `pulumi up` to stop; not the location's signal, since a second ^C would make it drop its state. */
  readonly cancel?: AbortSignal;
}

/** The stack as `deploy` uses it. */
export interface DeployableStack {
  /** Every step that `up` would take. */
  preview(): Promise<Preview>;
  /**
   * @param after what `stateOf` said of the outputs that the caller decided by
   * @throws {StackLockedError} if another update is running
   * @throws {StackChangedError} if one came in between
   */
  up(after: string): Promise<void>;
  /** Takes the lock away from whoever has it. */
  cancel(): Promise<void>;
}

/**
 * @throws {PulumiError} if there is no CLI, no stack or no state
 */
export async function openStack(location: PulumiLocation, progress: StackProgress): Promise<DeployableStack> {
  deferUnusedOfPulumi();
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation/index.js");
  const envVars = definedVariables({ ...location.env, PULUMI_SKIP_UPDATE_CHECK: "true" });
  try {
    const workspace = await LocalWorkspace.create({ workDir: location.project, envVars });
    // Each command names its stack, and reading its configuration has shown that it is there: this saves a start of the CLI,
    // and leaves the stack that the user has selected as it is.
    workspace.selectStack = async () => undefined;
    const stack = await Stack.select(location.stack, workspace);
    // `Stack.up` ends with two reads of the outputs and one of the history, each a start of the CLI; nobody reads them here.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    return new AutomationStack(stack, location, progress);
  } catch (error) {
    throw new PulumiError(pulumiFailure(error as Error, commandErrorText(error), location), {
      cause: error,
    });
  }
}

/** The Automation API's stack, with one error for each way in which it fails. */
export class AutomationStack implements DeployableStack {
  readonly #stack: Stack;
  readonly #location: PulumiLocation;
  readonly #progress: StackProgress;

  constructor(stack: Stack, location: PulumiLocation, progress: StackProgress) {
    this.#stack = stack;
    this.#location = location;
    this.#progress = progress;
  }

  async preview(): Promise<Preview> {
    const steps: StepEvent[] = [];
    let outputs: OutputsChange | undefined;
    let summary: Preview["summary"];
    await this.#run("preview", (options) =>
      this.#stack.preview({
        ...options,
        onEvent: (event) => {
          options.onEvent(event);
          if (event.resourcePreEvent) steps.push(event.resourcePreEvent.metadata);
          if (event.summaryEvent) summary = event.summaryEvent.resourceChanges;
          if (isOfStack(event.resOutputsEvent?.metadata)) outputs = outputsOf(event.resOutputsEvent.metadata);
        },
      }),
    );
    return { steps, outputs, summary };
  }

  async cancel(): Promise<void> {
    await this.#run("cancel", () => this.#stack.cancel());
  }

  async up(after: string): Promise<void> {
    const { workspace } = this.#stack;
    workspace.envVars = { ...workspace.envVars, [AFTER_VARIABLE]: after };
    await this.#run("up", (options) =>
      this.#stack.up({
        ...options,
        onEvent: (event) => {
          options.onEvent(event);
          const line = stepLine(event);
          if (line) this.#progress.onStep(line);
        },
      }),
    );
  }

  async #run(verb: string, action: (options: RunOptions) => Promise<unknown>): Promise<void> {
    const errors: string[] = [];
    const { onOutput, cancel } = this.#progress;
    const { signal, stack } = this.#location;
    if (signal?.aborted) throw new StackStoppedError(verb, stack);
    const onEvent = (event: EngineEvent): void => {
      const message = errorMessage(event);
      if (message) errors.push(message);
    };
    try {
      await action({
        onEvent,
        color: "never",
        ...(onOutput ? { onOutput } : {}),
        ...(cancel ? { signal: cancel } : {}),
      });
    } catch (error) {
      throw signal?.aborted
        ? new StackStoppedError(verb, stack, { cause: error })
        : updateError(verb, stack, errors, error);
    }
  }
}

interface RunOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly color: "never";
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

function isOfStack(metadata: StepEventMetadata | undefined): metadata is StepEventMetadata {
  return metadata?.type === "pulumi:pulumi:Stack";
}

/** The engine shows a secret as `[secret]` on both sides; no output of the stack is one. */
function outputsOf({ old, new: next }: StepEventMetadata): OutputsChange {
  return { before: old?.outputs ?? {}, after: next?.outputs ?? {} };
}

/** The one error that a user should see of a failed update. Pure. */
export function updateError(
  verb: string,
  stack: string,
  errors: readonly string[],
  cause: unknown,
): EcsMigrateError {
  const config = errors.find((message) => message.includes(CONFIG_PROBLEMS_MARK));
  if (config) return new StackConfigError(config.slice(config.indexOf(CONFIG_PROBLEMS_MARK)), { cause });
  const text = errors.length > 0 ? errors.join("\n") : commandErrorText(cause);
  // The engine looks at the keys that Pulumi.yaml declares before it runs the program, and stops at the first.
  const undeclared = /validating stack config: (.+)/.exec(text)?.[1];
  if (undeclared) {
    return new StackConfigError(
      `${CONFIG_PROBLEMS_MARK} ${stack}: ${undeclared}; set it in ${stackFileName(stack)}`,
      { cause },
    );
  }
  const all = `${text}\n${commandErrorText(cause)}`;
  if (all.includes(CHANGED_SINCE_MARK)) return new StackChangedError(CHANGED_SINCE_MARK, { cause });
  const owner = lockOwner(all);
  if (owner !== undefined) return new StackLockedError(stack, owner, { cause });
  return new StackUpdateError(
    `\`pulumi ${verb}\` of stack ${stack} failed, so no migration was started:\n${text}\nMend it and run \`pulumi ${verb} -s ${stack}\` to see more`,
    { cause },
  );
}

function errorMessage(event: EngineEvent): string | undefined {
  const diagnostic = event.diagnosticEvent;
  if (diagnostic?.severity !== "error" || diagnostic.message.trim() === "") return undefined;
  const resource = diagnostic.urn ? `${diagnostic.urn.split("::").slice(2).join(" ")}: ` : "";
  return `${resource}${plain(diagnostic.message)}`.trim();
}

/** Takes out the engine's colour tags and terminal codes. */
function plain(text: string): string {
  return stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, ""));
}

const PAST: Record<string, string> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created anew",
  "delete-replaced": "deleted the old",
};

/** One line for a step that changed something, none for the rest. Pure. */
export function stepLine(event: EngineEvent): string | undefined {
  const metadata = event.resOutputsEvent?.metadata;
  const past = metadata && PAST[metadata.op];
  // A provider is a name in the state: nothing in AWS was made.
  if (!metadata || !past || metadata.logical === false || metadata.type.startsWith("pulumi:providers:"))
    return undefined;
  return `${past} ${metadata.type} ${metadata.urn.slice(metadata.urn.lastIndexOf("::") + 2)}`;
}

function commandErrorText(error: unknown): string {
  const { stderr, commandResult } = error as { stderr?: string; commandResult?: { stderr?: string } };
  const said = commandResult?.stderr ?? stderr ?? (error instanceof Error ? error.message : String(error));
  return said.replace(/^Command failed with exit code \d+: .*\n/, "");
}

function definedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
