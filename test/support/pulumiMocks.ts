/**
 * Runs the Pulumi program without an engine and records what it declares.
 *
 * Every test file is a process of its own, so the mocks of one never reach another.
 */
import * as pulumi from "@pulumi/pulumi";

/** One declared resource: a custom one, or a component (whose inputs Pulumi does not hand over). */
export interface DeclaredResource {
  readonly type: string;
  readonly name: string;
  /** As the provider would get them: resolved, under the SDK's names. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly custom: boolean;
}

/** One call of a provider's function. */
export interface FunctionCall {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly resources: readonly DeclaredResource[];
  readonly calls: readonly FunctionCall[];
}

export const ACCOUNT_ID = "111122223333";
export const IMAGE_DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** The answers of the functions that the program calls, by token. */
export type FunctionAnswers = Readonly<
  Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>
>;

/** A VPC with a public subnet, 0a; the others have the main table, which leads to a NAT gateway. */
const ROUTE_TABLES: Readonly<Record<string, Record<string, unknown>>> = {
  "rtb-main": {
    associations: [{ main: true, subnetId: "" }],
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "", natGatewayId: "nat-0a" }],
  },
  "rtb-public": {
    associations: [{ main: false, subnetId: "subnet-0a" }],
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0a", natGatewayId: "" }],
  },
};

const ANSWERS: FunctionAnswers = {
  "pulumi:pulumi:readStackOutputs": () => ({ outputs: {} }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT_ID }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:ec2/getVpc:getVpc": () => ({ id: "vpc-0defa017" }),
  "aws:ec2/getSubnets:getSubnets": () => ({ ids: ["subnet-0c", "subnet-0a", "subnet-0b"] }),
  "aws:ec2/getRouteTables:getRouteTables": () => ({ ids: ["rtb-main", "rtb-public"] }),
  "aws:ec2/getRouteTable:getRouteTable": ({ routeTableId }) => ROUTE_TABLES[String(routeTableId)] ?? {},
  "aws:ecs/getCluster:getCluster": (inputs) => ({ arn: arnOf("ecs", `cluster/${inputs.clusterName}`) }),
};

function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:ap-northeast-1:${ACCOUNT_ID}:${resource}`;
}

/** What a provider would compute, for the types whose outputs the program reads. */
const COMPUTED: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  "aws:autoscaling/group:Group": (name) => ({ arn: arnOf("autoscaling", `autoScalingGroup:1:${name}`) }),
  "aws:codebuild/project:Project": (name) => ({ arn: arnOf("codebuild", `project/${name}`) }),
  "aws:codeconnections/connection:Connection": () => ({
    arn: arnOf("codeconnections", "connection/made-here"),
    connectionStatus: "PENDING",
  }),
  "awsx:ecr:Repository": (name) => ({
    url: `${ACCOUNT_ID}.dkr.ecr.ap-northeast-1.amazonaws.com/${name}`,
    repository: { name, arn: arnOf("ecr", `repository/${name}`) },
  }),
  "aws:ecs/cluster:Cluster": (name) => ({ arn: arnOf("ecs", `cluster/${name}`) }),
  "aws:ecs/taskDefinition:TaskDefinition": (family) => ({ arn: arnOf("ecs", `task-definition/${family}:7`) }),
  "aws:iam/instanceProfile:InstanceProfile": (name) => ({
    arn: `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${name}`,
  }),
  "aws:cloudwatch/eventRule:EventRule": (name) => ({ arn: arnOf("events", `rule/${name}`) }),
  "aws:lambda/function:Function": (name) => ({ arn: arnOf("lambda", `function:${name}`) }),
  // As Terraform's provider completes bucketPrefix.
  "aws:s3/bucket:Bucket": () => ({
    bucket: "stage-shop-builds-0a1b",
    arn: "arn:aws:s3:::stage-shop-builds-0a1b",
  }),
  "aws:iam/role:Role": (name) => ({ arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` }),
};

/**
 * Installs the mocks. Call it before the program's modules make any resource.
 *
 * @param stack the stack's name
 * @param answers in place of, or besides, the usual answers of the functions
 * @param computed outputs in place of the usual ones, by type
 * @returns what will have been declared and called, filled as the program runs
 */
export async function installMocks(
  stack: string,
  answers: FunctionAnswers = {},
  computed: Readonly<Record<string, Record<string, unknown>>> = {},
): Promise<Recording> {
  const resources: DeclaredResource[] = [];
  const calls: FunctionCall[] = [];
  const known = { ...ANSWERS, ...answers };
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs: given, custom }) => {
        const inputs = await withoutAssets(given);
        resources.push({ type, name, inputs, custom: custom ?? false });
        const state = { ...inputs, ...computedOf(type, name, inputs), ...computed[type] };
        return { id: `${name}-id`, state };
      },
      call: ({ token, inputs }) => {
        calls.push({ token, inputs });
        const answer = known[token];
        if (!answer) throw new Error(`The program called ${token}, which the mocks have no answer for.`);
        return answer(inputs);
      },
    },
    "ecs-migrate",
    stack,
  );
  return { resources, calls };
}

/** Archives of texts as `{ [file]: text }`, so that two of them compare by their content. */
async function withoutAssets(inputs: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const entries = Object.entries(inputs).map(async ([name, value]) => {
    if (!pulumi.asset.AssetArchive.isInstance(value)) return [name, value] as const;
    const assets = Object.entries((await (value as pulumi.asset.AssetArchive).assets) ?? {});
    const texts = assets.map(async ([file, asset]) => [file, await (asset as pulumi.asset.StringAsset).text]);
    return [name, Object.fromEntries(await Promise.all(texts))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function computedOf(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (type === "ecs-migrate-image:index:ContentImage")
    return { uri: `${inputs.repositoryUrl}@${IMAGE_DIGEST}` };
  const given = inputs.name ?? inputs.family ?? name;
  return COMPUTED[type]?.(String(given)) ?? {};
}

/** Resolves an input, however deeply outputs are nested in it. */
export function resolveInput<Value>(input: pulumi.Input<Value>): Promise<pulumi.Unwrap<Value>> {
  return new Promise((resolve) => {
    pulumi.output(input).apply((value) => resolve(value));
  });
}
