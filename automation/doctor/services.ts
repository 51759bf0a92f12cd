/** What `doctor` says of each service that the stack rolls. It reads, and changes nothing. */
import type { Service } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { RegisteredDefinition, ServiceApi, ServiceTarget } from "../service/api.ts";
import { isRolling, primaryOf, serviceProblem } from "../service/deployment.ts";
import { chooseContainer, sourceOf } from "../service/revision.ts";
import { commandFor, shellWord } from "../text/commandLine.ts";
import { codeText, isSameImage, revisionName, shortImage } from "../text/image.ts";
import { type Diagnosis, ok, problem, warning } from "./diagnosis.ts";

type LookApi = Pick<ServiceApi, "describeService" | "describeTaskDefinition">;

/** Nothing for a stack without services. A service that cannot be read is a warning. */
export async function examineServices(api: LookApi, outputs: Outputs, stack: string): Promise<Diagnosis[]> {
  const targets = outputs.services?.targets ?? [];
  const found = await Promise.all(
    targets.map((target) =>
      examineService(api, target, outputs, stack).catch((error) => [
        warning(
          `service ${target.service}`,
          `could not be checked: ${awsErrorText(error)}`,
          "run doctor with an operator's credentials",
        ),
      ]),
    ),
  );
  return found.flat();
}

async function examineService(
  api: LookApi,
  target: ServiceTarget,
  outputs: Outputs,
  stack: string,
): Promise<Diagnosis[]> {
  const part = `service ${target.service}`;
  const service = await api.describeService(target);
  const wrong = serviceProblem(service);
  if (!service || wrong !== undefined)
    return [problem(part, wrong ?? "", "correct ecs-migrate:services, then run `pulumi up` as an operator")];
  const definition = await api.describeTaskDefinition(service.taskDefinition ?? "");
  if (!definition)
    return [problem(part, `ECS does not know its task definition ${service.taskDefinition}`, again(stack))];
  const container = chooseContainer(definition.definition, target.container, outputs.repositoryUrl);
  if ("problem" in container)
    return [problem(part, container.problem, "name the container in ecs-migrate:services")];
  const runs = runsText(service, definition, container.image);
  const isCurrent = isSameImage(container.image, outputs.image);
  const fix = `deploy again, unless you rolled back: ${again(stack)}`;
  return [
    judgeDeployment(part, service, runs, target, stack),
    ...(isCurrent
      ? []
      : [warning(part, `does not run the image of the last deploy (${shortImage(outputs.image)})`, fix)]),
    ...breakerWarning(part, service),
  ];
}

function again(stack: string): string {
  return commandFor("deploy", stack);
}

/** `controller ECS, rolling; runs web:41 (shop@sha256:0123456789ab, commit 1234567), 2 of 2 tasks; deployment COMPLETED; …` */
function runsText(service: Service, definition: RegisteredDefinition, image: string): string {
  const {
    taskDefinition = "",
    runningCount = 0,
    desiredCount = 0,
    deploymentConfiguration,
    events,
  } = service;
  const commit = sourceOf(definition)?.commit ?? null;
  const primary = primaryOf(service);
  const strategy = (deploymentConfiguration?.strategy ?? "ROLLING").toLowerCase().replace("_", "/");
  const last = events?.[0]?.message;
  return [
    `controller ECS, ${strategy}`,
    `runs ${revisionName(taskDefinition)} (${codeText(image, commit)}), ${runningCount} of ${desiredCount} tasks`,
    `deployment ${primary?.rolloutState ?? primary?.status ?? "unknown"}`,
    ...(last === undefined ? [] : [`last event: ${last}`]),
  ].join("; ");
}

function judgeDeployment(
  part: string,
  service: Service,
  runs: string,
  { cluster, service: name }: ServiceTarget,
  stack: string,
): Diagnosis {
  const primary = primaryOf(service);
  const events = `read its events: aws ecs describe-services --cluster ${shellWord(cluster)} --services ${shellWord(name)} --query 'services[0].events[:10].message'`;
  if (primary?.rolloutState === "FAILED")
    return problem(
      part,
      `${runs}; its deployment failed: ${primary.rolloutStateReason ?? "ECS gives no reason"}`,
      `${events}; fix the cause, then try again: ${again(stack)}`,
    );
  const steady = primary?.rolloutState !== "IN_PROGRESS";
  if (steady && (service.runningCount ?? 0) < (service.desiredCount ?? 0)) return warning(part, runs, events);
  return ok(part, runs);
}

/** Without it ECS reports neither success nor failure of an image that does not start (docs/service.md). */
function breakerWarning(part: string, service: Service): Diagnosis[] {
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker;
  if (!isRolling(service) || (breaker?.enable && breaker.rollback)) return [];
  const text = breaker?.enable
    ? "its circuit breaker does not roll back, so a broken image leaves fewer tasks of the old one"
    : "has no deployment circuit breaker, so a broken image is tried again until serviceTimeout is over";
  return [warning(part, text, "turn on the deployment circuit breaker with rollback")];
}
