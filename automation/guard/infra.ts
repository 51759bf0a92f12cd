/**
 * A routine deploy changes the image, the task definition's revision and the set of migrations. Everything else is for an
 * operator: `deploy` refuses it and lists it. What the guard does not know is refused too. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { isUnknown, type Preview, type StepEvent } from "../stack/preview.ts";
import { commandFor } from "../text/commandLine.ts";

/** One resource, or the stack's outputs, that a routine deploy may not change. */
interface InfraChange {
  /** `update aws:ecs/cluster:Cluster main`, or `outputs`. */
  readonly what: string;
  /** Each changed property as `name old -> new`. */
  readonly values: readonly string[];
}

/** Nothing was changed and nothing was run. */
export class InfraGuardError extends EcsMigrateError {
  readonly code = "infraGuard";
  readonly exitCode = EXIT.refused;
  readonly changes: readonly InfraChange[];
  /** The message without its list. */
  readonly summary: string;

  constructor(stack: string, changes: readonly InfraChange[]) {
    const command = commandFor("deploy --allow-infra", stack);
    const summary = `This deploy would change more than the image of stack ${stack}`;
    super(
      `${summary}; nothing was run:\n${changes.map(changeText).join("\n")}\nIf this is intended, an operator runs: ${command}`,
    );
    this.changes = changes;
    this.summary = `${summary}: ${changes.map(({ what }) => what).join("; ")}`;
  }
}

/** The preview is not complete, so it cannot be judged. Nothing was changed and nothing was run. */
export class PreviewIncompleteError extends EcsMigrateError {
  readonly code = "previewIncomplete";
  readonly exitCode = EXIT.refused;

  constructor(stack: string, missing: string) {
    super(
      `Pulumi's preview of stack ${stack} is not complete (${missing}), so nothing was run; run the same command again`,
    );
  }
}

/** Operations that change nothing outside Pulumi's state. */
const HARMLESS = new Set(["same", "read", "refresh", "read-replacement", "read-discard"]);

/** Outputs that follow from the image and its migrations. */
const ROUTINE_OUTPUTS = new Set(["image", "taskDefinitionArn", "migrations", "migrationsSha256", "source"]);

/** The output that holds what of the container does not follow from the image; see infra/containerDefinition.ts. */
const CONTAINER_OUTPUT = "container";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** Of the service that the stack makes (infra/appService): no routine deploy changes it, for it has no image. */
const APP_DEFINITION = "service-definition";

/**
 * Finds what a routine deploy may not change, one entry for a resource. The list is sorted: Pulumi's steps come in another
 * order each time.
 *
 * @throws {PreviewIncompleteError} if the engine's events ended before its summary or left out steps that it counted
 */
export function findInfraChanges(preview: Preview, stack: string): InfraChange[] {
  const missing = missingPart(preview);
  if (missing !== undefined) throw new PreviewIncompleteError(stack, missing);
  const container = containerChanges(preview);
  const resources = [...byResource(preview.steps).values()]
    .flatMap((steps) => resourceChange(steps, container))
    .sort((a, b) => a.what.localeCompare(b.what, "en"));
  const shown = new Set(resources.flatMap(({ values }) => values.map(newValueOf)));
  return [...resources, ...outputChanges(preview, container, resources.length > 0, shown)];
}

/** True if `pulumi up` would find everything as the program says, and so need not run. */
export function changesNothing(preview: Preview): boolean {
  const { steps, outputs } = preview;
  if (missingPart(preview) !== undefined || outputs === undefined) return false;
  if (!isDeepStrictEqual(outputs.before, outputs.after)) return false;
  return steps.length > 0 && steps.every(({ op }) => op === "same" || op === "read");
}

/** An event stream that ends early must not pass for a preview without changes. */
function missingPart({ steps, outputs, summary }: Preview): string | undefined {
  if (summary === undefined) return "its summary is missing";
  for (const [op, counted] of Object.entries(summary)) {
    const seen = steps.filter((step) => step.op === op && step.logical !== false).length;
    if (seen < counted) return `${seen} of ${counted} steps of kind ${op} were reported`;
  }
  return outputs === undefined ? "the stack's outputs are missing" : undefined;
}

function byResource(steps: readonly StepEvent[]): Map<string, StepEvent[]> {
  const groups = new Map<string, StepEvent[]>();
  for (const step of steps) {
    if (HARMLESS.has(step.op)) continue;
    groups.set(step.urn, [...(groups.get(step.urn) ?? []), step]);
  }
  return groups;
}

/** @param container what changed in the container's settings, for the task definition's line */
function resourceChange(steps: readonly StepEvent[], container: readonly string[]): InfraChange[] {
  if (steps.every((step) => isWiring(step) || isImageBuild(step.type))) return [];
  const [first] = steps;
  if (!first) return [];
  const isTask = first.type === TASK_DEFINITION && nameOf(first) !== APP_DEFINITION;
  const changed = changedPaths(steps).filter((path) => !isTask || !isContainerPath(path));
  const routine = isTask && steps.every(isRevision) && changed.length === 0 && container.length === 0;
  if (routine && changedPaths(steps).length > 0) return [];
  const values = [...changed.map((path) => valueText(path, steps)), ...(isTask ? container : [])];
  return [{ what: `${opOf(steps)} ${first.type} ${nameOf(first)}`, values }];
}

/** The stack, its components and a provider that comes or goes are names in the state: AWS sees nothing of them. */
function isWiring({ type, op }: StepEvent): boolean {
  if (type.startsWith("pulumi:providers:")) return op === "create" || op === "delete";
  return type === "pulumi:pulumi:Stack" || type.startsWith("ecs-migrate:infra:");
}

/** A new image: it is added to the repository, and takes nothing away (infra/image/provider). */
function isImageBuild(type: string): boolean {
  return type === "ecs-migrate-image:index:ContentImage";
}

/** A new revision of a task definition is a replacement that keeps the old one. */
function isRevision({ op }: StepEvent): boolean {
  return op === "update" || op === "replace" || op === "create-replacement" || op === "delete-replaced";
}

function isContainerPath(path: string): boolean {
  return /^containerDefinitions($|[.[])/.test(path);
}

function changedPaths(steps: readonly StepEvent[]): string[] {
  const paths = steps.flatMap(({ detailedDiff, diffs }) => {
    const detailed = Object.keys(detailedDiff ?? {});
    return detailed.length > 0 ? detailed : [...(diffs ?? [])];
  });
  return [...new Set(paths)];
}

/** Compared by the stack's own record: in a preview the definition's text is not known while the image is not. */
function containerChanges({ outputs }: Preview): string[] {
  const old = flatten(outputs?.before[CONTAINER_OUTPUT] ?? undefined, "");
  const next = flatten(outputs?.after[CONTAINER_OUTPUT] ?? undefined, "");
  if (old.size === 0 || next.size === 0) return ["the container's settings are not recorded yet"];
  return [...new Set([...old.keys(), ...next.keys()])]
    .filter((path) => !isDeepStrictEqual(old.get(path), next.get(path)))
    .map((path) => `${path} ${shown(old.get(path))} -> ${shown(next.get(path))}`);
}

/** Leaves by their path; the items of a list that have a name go by it, as `environment.TZ`. */
function flatten(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== "object" || value === null)
    return new Map(value === undefined ? [] : [[path, value] as const]);
  const entries: [string, unknown][] = Array.isArray(value) ? value.map(namedItem) : Object.entries(value);
  return new Map(
    entries.flatMap(([key, inner]) => [...flatten(inner, path === "" ? key : `${path}.${key}`)]),
  );
}

function namedItem(item: unknown, index: number): [string, unknown] {
  if (typeof item !== "object" || item === null || !("name" in item)) return [String(index), item];
  const { name, ...rest } = item as { name: unknown };
  const values = Object.values(rest);
  return [String(name), values.length === 1 ? values[0] : rest];
}

/**
 * @param container what changed in the container's settings
 * @param others true if a resource is named; what follows from it is then known after `pulumi up` only
 * @param named values that a resource's line already has
 */
function outputChanges(
  { outputs }: Preview,
  container: readonly string[],
  others: boolean,
  named: ReadonlySet<string>,
): InfraChange[] {
  if (outputs === undefined) return [];
  const { before, after } = outputs;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !ROUTINE_OUTPUTS.has(key) && !isDeepStrictEqual(before[key], after[key]),
  );
  const values = keys
    .filter((key) => !others || !(isUnknown(after[key]) || named.has(shown(after[key]))))
    .flatMap((key) => {
      if (key !== CONTAINER_OUTPUT) return [`${key} ${shown(before[key])} -> ${shown(after[key])}`];
      return others ? [] : container;
    });
  return values.length === 0 ? [] : [{ what: "outputs", values }];
}

function opOf(steps: readonly StepEvent[]): string {
  const ops = steps.map(({ op }) => op);
  return ops.some((op) => op.includes("replace")) ? "replace" : (ops[0] ?? "change");
}

function nameOf({ urn }: StepEvent): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function valueText(path: string, steps: readonly StepEvent[]): string {
  // A half step of a replacement has one side only.
  const step = steps.find(({ old, new: next }) => old && next) ?? steps[0];
  return `${path} ${shown(valueAt(step?.old?.inputs, path))} -> ${shown(valueAt(step?.new?.inputs, path))}`;
}

function valueAt(inputs: unknown, path: string): unknown {
  const keys = path.split(/[.[\]"]+/).filter((key) => key !== "");
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    inputs,
  );
}

/** So much of one value is shown; a policy's text would hide the rest. */
const LONGEST = 80;

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  if (isUnknown(value)) return "(known after up)";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function newValueOf(text: string): string {
  return text.slice(text.indexOf(" -> ") + 4);
}

function changeText({ what, values }: InfraChange): string {
  return `  - ${what}${values.length > 0 ? `: ${values.join(", ")}` : ""}`;
}
