/** Checks each part that a run needs, from the stack's outputs. It reads metadata only and changes nothing. */
import { awsErrorText } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { putParameter } from "../text/commandLine.ts";
import type { DoctorApi } from "./aws.ts";
import { type Diagnosis, ok, problem, warning } from "./diagnosis.ts";
import { judgeNetwork } from "./network.ts";

/** Checks all parts at once, in the order in which a task start needs them. A part that cannot be read is a warning. */
export async function examine(api: DoctorApi, outputs: Outputs, stack: string): Promise<Diagnosis[]> {
  const parts: [string, Promise<Diagnosis[]>][] = [
    ["cluster", examineCluster(api, outputs)],
    ["task definition", examineTaskDefinition(api, outputs, stack)],
    ["image", examineImage(api, outputs, stack)],
    ["database secret", examineDatabaseSecret(api, outputs)],
    ["log group", examineLogGroup(api, outputs, stack)],
    ["network", examineNetwork(api, outputs)],
    ["slack", examineSlack(api, outputs)],
    ["running task", examineRunning(api, outputs, stack)],
  ];
  const found = await Promise.all(
    parts.map(([part, looking]) => looking.catch((error) => [unseen(part, error)])),
  );
  return found.flat();
}

function unseen(part: string, error: unknown): Diagnosis {
  return warning(
    part,
    `could not be checked: ${awsErrorText(error)}`,
    "run doctor with an operator's credentials",
  );
}

async function examineCluster(api: DoctorApi, { clusterArn }: Outputs): Promise<Diagnosis[]> {
  const status = await api.clusterStatus(clusterArn);
  if (status === "ACTIVE") return [ok("cluster", `${clusterArn} is ACTIVE`)];
  const fix = "run `pulumi up` as an operator, or name another cluster in the stack's configuration";
  return [
    problem("cluster", `${clusterArn} ${status === undefined ? "does not exist" : `is ${status}`}`, fix),
  ];
}

async function examineTaskDefinition(api: DoctorApi, outputs: Outputs, stack: string): Promise<Diagnosis[]> {
  const part = "task definition";
  const { taskDefinitionArn, containerName } = outputs;
  const name = taskDefinitionArn.slice(taskDefinitionArn.lastIndexOf("/") + 1);
  const fix = `register it again: npx ecs-migrate deploy --stack ${stack}`;
  const facts = await api.taskDefinition(taskDefinitionArn);
  if (!facts) return [problem(part, `${name} does not exist`, fix)];
  if (facts.status !== "ACTIVE") return [problem(part, `${name} is ${facts.status}`, fix)];
  if (facts.containers.includes(containerName))
    return [ok(part, `${name} is ACTIVE and has the container ${containerName}`)];
  const has = facts.containers.join(", ") || "none";
  return [problem(part, `${name} has no container ${containerName} (it has ${has})`, fix)];
}

async function examineImage(
  api: DoctorApi,
  { image, repositoryUrl }: Outputs,
  stack: string,
): Promise<Diagnosis[]> {
  const [, digest = ""] = image.split("@");
  const repository = repositoryUrl.slice(repositoryUrl.indexOf("/") + 1);
  const short = `${repository}@${digest.slice(0, 19)}`;
  if (await api.imageExists(repository, digest)) return [ok("image", `${short} is in its repository`)];
  const fix = `build and push it again: npx ecs-migrate deploy --stack ${stack}`;
  return [problem("image", `${short} is not in its repository`, fix)];
}

/** An SSM parameter's name or ARN, or a Secrets Manager ARN with `:<json key>:<stage>:<version>` perhaps. */
async function examineDatabaseSecret(api: DoctorApi, { databaseSecret }: Outputs): Promise<Diagnosis[]> {
  const part = "database secret";
  if (databaseSecret === null) return [ok(part, "none: the task signs in to the database with IAM")];
  if (!databaseSecret.includes(":secretsmanager:")) {
    const name = parameterName(databaseSecret);
    const type = await api.parameterType(name);
    if (type === "SecureString") return [ok(part, `parameter ${name} exists and is a SecureString`)];
    if (type === undefined)
      return [problem(part, `there is no parameter ${name}`, putParameter(name, "<database URL>"))];
    return [
      warning(
        part,
        `parameter ${name} is a ${type}: everyone who may list parameters can read it`,
        "store it again as a SecureString",
      ),
    ];
  }
  const parts = databaseSecret.split(":");
  const arn = parts.slice(0, 7).join(":");
  const key = parts[7] ?? "";
  if (!(await api.secretExists(arn)))
    return [
      problem(
        part,
        `there is no secret ${arn}`,
        "create it, or name the right one in ecs-migrate:databaseSecret",
      ),
    ];
  return key === "" ? [ok(part, `secret ${arn} exists`)] : [await examineKey(api, arn, key)];
}

async function examineKey(api: DoctorApi, arn: string, key: string): Promise<Diagnosis> {
  const part = "database secret";
  try {
    if (await api.secretHasKey(arn, key)) return ok(part, `secret ${arn} exists and has the key ${key}`);
    return problem(
      part,
      `secret ${arn} has no key ${key}`,
      "add the key, or name the right one in ecs-migrate:databaseSecret",
    );
  } catch (error) {
    return warning(
      part,
      `secret ${arn} exists; its key ${key} could not be checked: ${awsErrorText(error)}`,
      "run doctor with credentials that may read it",
    );
  }
}

/** `arn:…:parameter/stage/migration` is the parameter `/stage/migration`; without a path it has no slash. */
export function parameterName(nameOrArn: string): string {
  const [, path] = nameOrArn.split(":parameter/");
  if (path === undefined) return nameOrArn;
  return path.includes("/") ? `/${path}` : path;
}

async function examineLogGroup(api: DoctorApi, { logGroup }: Outputs, stack: string): Promise<Diagnosis[]> {
  if (await api.logGroupExists(logGroup)) return [ok("log group", `${logGroup} exists`)];
  return [
    problem("log group", `there is no log group ${logGroup}`, `run \`pulumi up -s ${stack}\` as an operator`),
  ];
}

async function examineNetwork(api: DoctorApi, outputs: Outputs): Promise<Diagnosis[]> {
  if (outputs.network === null) return [ok("network", "the task uses its instance's network")];
  return judgeNetwork(await api.network(outputs.network.subnets), outputs);
}

async function examineSlack(api: DoctorApi, { slackWebhookParameter: name }: Outputs): Promise<Diagnosis[]> {
  if (name === null) return [ok("slack", "is not notified: no parameter is configured")];
  const type = await api.parameterType(name);
  if (type !== undefined) return [ok("slack", `parameter ${name} exists and is a ${type}`)];
  const fix = putParameter(name, "<webhook URL>");
  // Slack never changes a result.
  return [warning("slack", `there is no parameter ${name}, so Slack is not notified`, fix)];
}

async function examineRunning(api: DoctorApi, outputs: Outputs, stack: string): Promise<Diagnosis[]> {
  const tasks = await api.runningTasks(outputs.clusterArn, outputs.taskDefinitionFamily);
  const first = tasks[0];
  if (first === undefined) return [ok("running task", "none")];
  const fix = `follow it: npx ecs-migrate attach ${first} --stack ${stack}`;
  return [warning("running task", tasks.length === 1 ? first : `${tasks.length}, the first ${first}`, fix)];
}
