/**
 * What IAM is asked for a request: actions, resources and condition keys. Source: Service Authorization Reference, the page of
 * each service. A request of an operation that is not in the table is an error, so that no call goes by unasked.
 */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../../../infra/policies/document.ts";
import type { AwsRequest } from "./requests.ts";

export interface IamCall {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

export interface Account {
  readonly region: string;
  readonly accountId: string;
  /** The roles of the task definitions that are registered and run. */
  readonly taskRoles: readonly string[];
  /** The key of the state, which a request may name by its alias or not at all. */
  readonly stateKeyArn: string;
}

type Params = Readonly<Record<string, unknown>>;
type Asked = (params: Params, account: Account) => readonly IamCall[];

function call(action: string, resource = "*", context: Readonly<Record<string, string>> = {}): IamCall {
  return { action, resource, context };
}

const text = (params: Params, name: string) => String(params[name]);
const arn = ({ region, accountId }: Account, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

const unscoped =
  (action: string): Asked =>
  () => [call(action)];

const onCluster = (params: Params) => ({ "ecs:cluster": text(params, "cluster") });

const passRoles = ({ taskRoles }: Account) =>
  taskRoles.map((role) => call("iam:PassRole", role, { "iam:PassedToService": "ecs-tasks.amazonaws.com" }));

function tagging(params: Params, resource: string, createAction: string): IamCall[] {
  const { tags } = params;
  if (!Array.isArray(tags) || tags.length === 0) return [];
  return [call("ecs:TagResource", resource, { "ecs:CreateAction": createAction })];
}

const taskOf = (params: Params) => `${text(params, "cluster").replace(":cluster/", ":task/")}/0a1b`;

const logs =
  (action: string, name: string): Asked =>
  (params, account) => {
    const stream = params.logStreamName === undefined ? "" : `:log-stream:${text(params, "logStreamName")}`;
    return [call(action, arn(account, "logs", `log-group:${text(params, name)}${stream}`))];
  };

const repository =
  (action: string): Asked =>
  (params, account) => [call(action, arn(account, "ecr", `repository/${text(params, "repositoryName")}`))];

const bucket =
  (action: string): Asked =>
  (params) => [call(action, `arn:aws:s3:::${text(params, "Bucket")}`)];

const object =
  (action: string): Asked =>
  (params) => [call(action, `arn:aws:s3:::${text(params, "Bucket")}/${text(params, "Key")}`)];

const stateKey =
  (action: string): Asked =>
  (_, { stateKeyArn }) => [call(action, stateKeyArn)];

const ASKED: Readonly<Record<string, Asked>> = {
  // "No permissions are required to perform this operation" (STS API reference).
  "sts:GetCallerIdentity": () => [],
  "ec2:DescribeRouteTables": unscoped("ec2:DescribeRouteTables"),
  "ec2:DescribeSubnets": unscoped("ec2:DescribeSubnets"),
  "ec2:DescribeVpcs": unscoped("ec2:DescribeVpcs"),
  "ec2:DescribeVpcEndpoints": unscoped("ec2:DescribeVpcEndpoints"),
  "ec2:DescribeVpcAttribute": (params, account) => [
    call("ec2:DescribeVpcAttribute", arn(account, "ec2", `vpc/${text(params, "VpcId")}`)),
  ],
  "ecr:BatchGetImage": repository("ecr:BatchGetImage"),
  "ecr:DescribeImages": repository("ecr:DescribeImages"),
  "ecr:GetAuthorizationToken": unscoped("ecr:GetAuthorizationToken"),
  "ecs:DescribeClusters": ({ clusters }) =>
    (clusters as string[]).map((cluster) => call("ecs:DescribeClusters", cluster)),
  "ecs:DescribeTaskDefinition": unscoped("ecs:DescribeTaskDefinition"),
  "ecs:DescribeTasks": (params) =>
    (params.tasks as string[]).map((task) => call("ecs:DescribeTasks", task, onCluster(params))),
  "ecs:ListTaskDefinitions": unscoped("ecs:ListTaskDefinitions"),
  "ecs:ListTasks": (params) => [call("ecs:ListTasks", "*", onCluster(params))],
  "ecs:RegisterTaskDefinition": (params, account) => {
    const revision = arn(account, "ecs", `task-definition/${text(params, "family")}:1`);
    return [
      call("ecs:RegisterTaskDefinition", revision),
      ...tagging(params, revision, "RegisterTaskDefinition"),
      ...passRoles(account),
    ];
  },
  "ecs:RunTask": (params, account) => [
    call("ecs:RunTask", text(params, "taskDefinition"), onCluster(params)),
    ...tagging(params, taskOf(params), "RunTask"),
    ...passRoles(account),
  ],
  "ecs:StopTask": (params) => [call("ecs:StopTask", text(params, "task"), onCluster(params))],
  "kms:Decrypt": stateKey("kms:Decrypt"),
  "kms:GenerateDataKey": stateKey("kms:GenerateDataKey"),
  "logs:DescribeLogGroups": unscoped("logs:DescribeLogGroups"),
  "logs:DescribeLogStreams": logs("logs:DescribeLogStreams", "logGroupName"),
  "logs:FilterLogEvents": logs("logs:FilterLogEvents", "logGroupName"),
  "logs:GetLogEvents": logs("logs:GetLogEvents", "logGroupName"),
  "logs:StartLiveTail": ({ logGroupIdentifiers }) =>
    (logGroupIdentifiers as string[]).map((group) => call("logs:StartLiveTail", group)),
  "s3:DeleteObject": object("s3:DeleteObject"),
  "s3:GetObject": object("s3:GetObject"),
  // AWS asks for s3:GetObject (S3 API reference, HeadObject).
  "s3:HeadObject": object("s3:GetObject"),
  "s3:ListObjectsV2": bucket("s3:ListBucket"),
  "s3:PutObject": object("s3:PutObject"),
  "ssm:DescribeParameters": unscoped("ssm:DescribeParameters"),
  "ssm:GetParameter": (params, account) => [
    call("ssm:GetParameter", arn(account, "ssm", `parameter/${text(params, "Name").replace(/^\//, "")}`)),
  ],
};

/** @throws {Error} for an operation that the table does not have */
export function iamCalls(request: AwsRequest, account: Account): readonly IamCall[] {
  const name = `${request.service}:${request.operation}`;
  const asked = ASKED[name];
  if (asked === undefined) throw new Error(`The IAM witness does not know what ${name} asks for`);
  return asked(request.params, account);
}

/** KMS Developer Guide, "Default key policy": identity policies count because the key's own policy names the account. */
function defaultKeyPolicy(accountId: string) {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "kms:*", Resource: "*" }],
  };
}

/** Asks the simulator whether a role with this policy, and no other, may do the call. */
export async function isAllowed(policy: PolicyDocument, call: IamCall, accountId: string): Promise<boolean> {
  const answer = await runSimulation(
    {
      identityPolicies: [{ name: "role", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(call.action.startsWith("kms:") ? { resourcePolicy: defaultKeyPolicy(accountId) } : {}),
      request: {
        action: call.action,
        principal: `arn:aws:iam::${accountId}:role/build`,
        resource: { resource: call.resource, accountId },
        contextVariables: { ...call.context },
      },
    },
    {},
  );
  if (answer.resultType === "error")
    throw new Error(`${call.action} on ${call.resource}: ${answer.errors.message}`);
  return answer.overallResult === "Allowed";
}
