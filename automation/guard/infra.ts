/**
 * A routine deploy changes the image and what follows from it. Any other change of the infrastructure is an operator's to
 * make: `deploy` refuses it with the list. Pure.
 */
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { Preview, StepEvent } from "../stack/update.ts";

/** A step that a routine deploy may not take. */
export interface InfraChange {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly properties: readonly string[];
}

/** Nothing was changed and nothing was run. */
export class InfraGuardError extends EcsMigrateError {
  readonly code = "infraGuard";
  readonly exitCode = EXIT.refused;
  readonly changes: readonly InfraChange[];

  constructor(stack: string, changes: readonly InfraChange[]) {
    super(
      `This deploy would change more than the image of stack ${stack}:\n${changes.map((change) => `  - ${changeText(change)}`).join("\n")}\n` +
        `If that is meant, run \`pulumi up -s ${stack}\` as an operator, then deploy again (or deploy with --allow-infra)`,
    );
    this.changes = changes;
  }
}

/** Steps that read or keep, and change nothing outside the state. */
const HARMLESS = new Set(["same", "read", "refresh", "read-replacement", "read-discard", "import"]);

/**
 * Finds the steps that are not the image and what follows from it: a new build of the image, the task definition's
 * revision that names it, and the stack's own outputs.
 */
export function findInfraChanges(steps: readonly StepEvent[]): InfraChange[] {
  return steps.filter((step) => !HARMLESS.has(step.op) && !isRoutine(step)).map(toChange);
}

/** True where `pulumi up` would find everything as the program says, and so need not run. */
export function changesNothing({ steps, outputsChange }: Preview): boolean {
  return !outputsChange && steps.length > 0 && steps.every(({ op }) => op === "same" || op === "read");
}

function isRoutine(step: StepEvent): boolean {
  if (isWiring(step)) return true;
  if (isImageBuild(step.type)) return true;
  if (step.type !== "aws:ecs/taskDefinition:TaskDefinition") return false;
  return (
    isRevision(step.op) && changedProperties(step).every((property) => property === "containerDefinitions")
  );
}

/** The stack, its components and a provider that is new are names in the state: nothing in AWS follows from them alone. */
function isWiring({ type, op }: StepEvent): boolean {
  if (type.startsWith("pulumi:providers:")) return op === "create";
  return type === "pulumi:pulumi:Stack" || type.startsWith("ecs-migrate:infra:");
}

/** The image component and its builder, whichever builder the component uses. */
function isImageBuild(type: string): boolean {
  return /^(awsx:ecr:Image|docker-build:index:Image|docker:index\/image:Image)/.test(type);
}

/** A new revision of a task definition is a replacement that keeps the old one. */
function isRevision(op: string): boolean {
  return op === "update" || op === "replace" || op === "create-replacement" || op === "delete-replaced";
}

function changedProperties(step: StepEvent): string[] {
  const detailed = Object.keys(step.detailedDiff ?? {});
  const paths = detailed.length > 0 ? detailed : [...(step.diffs ?? [])];
  return [...new Set(paths.map((path) => path.split(/[.[]/)[0] ?? path))];
}

function toChange(step: StepEvent): InfraChange {
  return {
    op: step.op,
    type: step.type,
    name: step.urn.slice(step.urn.lastIndexOf("::") + 2),
    properties: changedProperties(step),
  };
}

function changeText({ op, type, name, properties }: InfraChange): string {
  return `${op} ${type} ${name}${properties.length > 0 ? ` (${properties.join(", ")})` : ""}`;
}
