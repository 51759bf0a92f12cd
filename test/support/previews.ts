/** Previews as the engine reports them. */
import type { Preview, StepEvent } from "../../automation/stack/preview.ts";
import type { DeployableStack } from "../../automation/stack/update.ts";

/** A step of resource `main` of a type. */
export function stepOf(op: string, type: string, changes: Partial<StepEvent> = {}): StepEvent {
  return { op, type, urn: `urn:pulumi:stage::ecs-migrate::${type}::main`, ...changes };
}

/** What every sample records of its container. */
const OUTPUTS = { container: { user: "65534" } };

/** A whole preview of these steps, with the summary that the engine would give. */
export function previewOf(steps: readonly StepEvent[], changes: Partial<Preview> = {}): Preview {
  const summary: Record<string, number> = {};
  for (const { op, logical } of steps) if (logical !== false) summary[op] = (summary[op] ?? 0) + 1;
  return { steps, outputs: { before: OUTPUTS, after: OUTPUTS }, summary, ...changes };
}

/** Outputs that differ in what follows from the image alone. */
export const NEW_IMAGE: Preview["outputs"] = {
  before: { ...OUTPUTS, image: "a" },
  after: { ...OUTPUTS, image: "b" },
};

/** A stack that the engine would bring up without a word. */
export function fakeStack(changes: Partial<DeployableStack> = {}): DeployableStack {
  return {
    preview: async () => previewOf([], { outputs: NEW_IMAGE }),
    up: async () => undefined,
    cancel: async () => undefined,
    ...changes,
  };
}
