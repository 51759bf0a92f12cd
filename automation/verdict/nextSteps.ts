/** What a person does now, step by step, with the commands ready to paste. Pure. */

import { isReadOnly, operationText } from "../contract/operations.ts";
import { shellWord } from "../text/commandLine.ts";
import { versionText } from "../text/version.ts";
import { explainError } from "./databaseError.ts";
import { dirtySteps } from "./dirty.ts";
import type { NextStep, VerdictContext } from "./facts.ts";
import { readTheLog, step } from "./step.ts";
import type { InterruptCause, NotStartedReason, UnknownCause, Verdict } from "./verdict.ts";

/** The steps after a verdict, in their order. */
export function nextSteps(verdict: Verdict, context: VerdictContext): NextStep[] {
  switch (verdict.kind) {
    case "applied":
      return verdict.from === null && verdict.to === null && !isReadOnly(context.operation)
        ? [step("See which version the database is at.", context, "version")]
        : [];
    case "unchanged":
      return (verdict.pending?.length ?? 0) > 0 ? [step("Apply what is pending.", context, "up")] : [];
    case "notStarted":
      return notStartedSteps(verdict.reason, context);
    case "failed":
      return failedSteps(verdict.error, context);
    case "dirty":
      return dirtySteps(verdict, context);
    case "interrupted":
      return interruptedSteps(verdict, context);
    case "unknown":
      return unknownSteps(verdict.cause, context);
  }
}

function again(context: VerdictContext, text = "Run the same again."): NextStep {
  return step(text, context, operationText(context.operation));
}

function attach(context: VerdictContext, text: string): NextStep[] {
  return context.taskArn === null ? [] : [step(text, context, `attach ${context.taskArn}`)];
}

const doctor = (context: VerdictContext) => step("Let the stack's parts be checked.", context, "doctor");

function notStartedSteps(reason: NotStartedReason, context: VerdictContext): NextStep[] {
  const mend = notStartedMend(reason, context);
  const first = mend === null ? [] : [step(mend, context)];
  switch (reason) {
    case "capacity":
    case "agent":
    case "taskDefinition":
    case "usage":
      return [...first, again(context)];
    case "cluster":
      return [step("Make the stack whole again.", context, "deploy"), again(context)];
    case "busy":
      return context.taskArn === null
        ? [...first, again(context)]
        : [...attach(context, "Follow the run that is on."), again(context, "Then run the same again.")];
    case "stopped":
    case "changedSince":
      return [again(context)];
    case "deploy":
    case "refused":
      return [...first, step("Then deploy again.", context, "deploy")];
    default:
      return [...first, doctor(context), again(context)];
  }
}

/** The step that is none of this program's commands. */
function notStartedMend(reason: NotStartedReason, { image, taskDefinition }: VerdictContext): string | null {
  switch (reason) {
    case "capacity":
      return "Wait for capacity, give the task subnets in several zones, or (on EC2) free or add an instance.";
    case "agent":
      return "Restart the ECS agent on the container instance, or replace the instance.";
    case "taskDefinition":
      return `Check ${taskDefinition ?? "the task definition"} against the cluster: launch type, CPU architecture, placement attributes.`;
    case "invalid":
      return "Check the launch type, the subnets and the security groups in the stack's configuration.";
    case "denied":
      return "Renew the credentials, or grant the caller ecs:RunTask on the task definition and iam:PassRole on its roles.";
    case "image":
      return `Check that ${image ?? "the image"} is in its repository, is built for the task's CPU architecture, and that the subnets reach the registry (NAT or VPC endpoints).`;
    case "secret":
      return "Check that the secret is there and that the execution role may read and decrypt it.";
    case "logging":
      return "Check that the log group is there and that the execution role may write to it.";
    case "network":
      return "Check the subnets' free addresses, their route to AWS (NAT, public address or VPC endpoints) and the security groups.";
    case "entrypoint":
      return `Check that the migrator is at /app/migrator in ${image ?? "the image"}, and that the image fits the task's CPU architecture.`;
    case "usage":
      return "Check the task definition's secret MIGRATION_DB and the task definition's settings.";
    case "busy":
      return "Wait for the other run to end.";
    case "deploy":
      return "Mend what `pulumi up` complains of.";
    case "refused":
      return "Mend what the refusal names.";
    default:
      return null;
  }
}

function failedSteps(error: string, context: VerdictContext): NextStep[] {
  const { kind, mend } = explainError(error);
  if (kind === "olderImage") return olderImageSteps(context);
  if (kind === "shortLimit") return [];
  if (kind === "source" && mend !== null) return [step(mend, context, "deploy")];
  if (mend !== null) return [step(mend, context), again(context)];
  return [
    ...readTheLog(context),
    step("See which version the database is at.", context, "version"),
    again(context),
  ];
}

/** An old image has no files of newer versions, so `down` and `goto` must run on the image that owns them. */
function olderImageSteps(context: VerdictContext): NextStep[] {
  const { taskDefinition, revisionWithVersion } = context;
  const words = operationText(context.operation);
  if (revisionWithVersion !== null && revisionWithVersion !== undefined) {
    const text = `Run it on the newer task definition, whose image has the file: revision ${revisionWithVersion}.`;
    return [step(text, context, `${words} --revision ${revisionWithVersion}`)];
  }
  const than =
    taskDefinition === null ? "" : ` than ${taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1)}`;
  return [
    step(
      `Run the same with --revision N, N being a newer revision of the task definition${than}, whose image has the file.`,
      context,
    ),
    step("Or bring the newer image back.", context, "deploy"),
  ];
}

function interruptedSteps(
  verdict: Extract<Verdict, { kind: "interrupted" }>,
  context: VerdictContext,
): NextStep[] {
  const { cause, to } = verdict;
  if (cause === "cancelled") {
    return [
      ...attach(context, "Wait for the task and hear its result."),
      step("Or see, when it is over, which version the database is at.", context, "version"),
    ];
  }
  if (cause === "deployStopped") return deployStoppedSteps(context);
  if (cause === "stoppedBeforeStart") return [again(context)];
  const mend = interruptedMend(cause, context);
  const first = mend === null ? [] : [step(mend, context)];
  if (isReadOnly(context.operation)) return [...first, again(context)];
  if (to !== null && !to.dirty)
    return [
      ...first,
      again(context, `The database is at ${versionText(to)} and not dirty: run the same again.`),
    ];
  return [
    step("See which version the database is at and whether it is dirty.", context, "version"),
    ...first,
    again(context, "Where it is not dirty: run the same again."),
  ];
}

function deployStoppedSteps(context: VerdictContext): NextStep[] {
  return [
    step("Deploy again.", context, "deploy"),
    {
      text: "Where it finds the stack locked, and nothing is running that holds the lock: take it away.",
      command: `pulumi cancel -s ${shellWord(context.stack)}`,
    },
  ];
}

function interruptedMend(cause: InterruptCause, { memoryMiB }: VerdictContext): string | null {
  switch (cause) {
    case "outOfMemory": {
      const than = memoryMiB === null || memoryMiB === undefined ? "" : ` above ${memoryMiB}`;
      return `Raise the task's memory${than} (ecs-migrate:memory, in MiB), or split the migration.`;
    }
    case "spot":
      return "Run migrations on capacity that AWS does not take back: FARGATE, not FARGATE_SPOT.";
    case "killed":
      return "Find out who stopped the task; raise stopTimeout where a file needs longer to end.";
    default:
      return null;
  }
}

function unknownSteps(cause: UnknownCause, context: VerdictContext): NextStep[] {
  const version = step("See which version the database is at and whether it is dirty.", context, "version");
  switch (cause) {
    case "timeout":
      return [
        ...attach(context, "Go on waiting for the task."),
        { ...version, text: `When it is over: ${lower(version.text)}` },
      ];
    case "credentials":
      return [
        step("Renew the credentials.", context),
        ...attach(context, "Go on waiting for the task."),
        version,
      ];
    case "unreadable":
      return [...attach(context, "Look at the task again."), version];
    case "noContainer":
      return [
        version,
        step("The stack's outputs do not fit its task definition: bring them together.", context, "deploy"),
      ];
    default:
      return [...readTheLog(context), version];
  }
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
