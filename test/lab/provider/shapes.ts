/**
 * Where the properties of @pulumi/aws 7 and those of the bridged Terraform provider 5 differ. All other properties of
 * the types in `awsTypes.ts` have the same name and shape on both sides (compared by schema). Pure.
 */

/** A property's way in JSON, as the provider protocol carries it. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Properties = { [name: string]: Json };

interface Shape {
  /** @pulumi/aws's name of a top-level property to the bridge's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Inputs that version 5 does not know; the lab cannot show them, so they do not reach it. */
  readonly unknownToBridge?: readonly string[];
  /** Outputs of version 7 that another output holds already: name to source. */
  readonly copied?: Readonly<Record<string, string>>;
  /** A list, and the blocks of its items of which there is one at most: the bridge has each as a list, in the plural. */
  readonly singleIn?: { readonly list: string; readonly blocks: readonly string[] };
}

/** Version 7 gave each resource and function a `region`; version 5 has only the provider's. */
const UNKNOWN_EVERYWHERE: readonly string[] = ["region"];

const SHAPES: Readonly<Record<string, Shape>> = {
  "aws:autoscaling/group:Group": { unknownToBridge: ["instanceLifecyclePolicy"] },
  "aws:cloudwatch/logGroup:LogGroup": { unknownToBridge: ["deletionProtectionEnabled"] },
  "aws:codebuild/project:Project": { unknownToBridge: ["autoRetryLimit"] },
  "aws:codebuild/webhook:Webhook": { unknownToBridge: ["pullRequestBuildPolicy"] },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    unknownToBridge: ["networkPerformanceOptions", "secondaryInterfaces"],
  },
  "aws:ec2/securityGroup:SecurityGroup": { renamed: { ingress: "ingresses", egress: "egresses" } },
  "aws:ecr/repository:Repository": { unknownToBridge: ["imageTagMutabilityExclusionFilters"] },
  "aws:ecs/capacityProvider:CapacityProvider": { unknownToBridge: ["cluster", "managedInstancesProvider"] },
  "aws:iam/policy:Policy": { unknownToBridge: ["delayAfterPolicyCreationInMs"] },
  "aws:index/getRegion:getRegion": { renamed: { region: "name" }, copied: { region: "name" } },
  "aws:lambda/function:Function": { renamed: { code: "filename", name: "functionName" } },
  "aws:lambda/permission:Permission": { renamed: { function: "functionName" } },
  "aws:s3/bucket:Bucket": { unknownToBridge: ["bucketNamespace"], copied: { bucketRegion: "region" } },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    singleIn: { list: "rules", blocks: ["abortIncompleteMultipartUpload", "expiration", "filter"] },
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { unknownToBridge: ["skipDestroy"] },
  "aws:s3/getBucket:getBucket": { copied: { bucketRegion: "region" } },
  "aws:secretsmanager/secret:Secret": { unknownToBridge: ["type"] },
  "aws:secretsmanager/secretVersion:SecretVersion": { copied: { secretArn: "arn" } },
};

/** Inputs (of a resource or a function) of @pulumi/aws as the bridge takes them. */
export function inputsToBridge(token: string, inputs: Properties): Properties {
  const { renamed = {}, unknownToBridge = [] } = SHAPES[token] ?? {};
  const gone = new Set([...unknownToBridge, ...UNKNOWN_EVERYWHERE].filter((name) => !(name in renamed)));
  const kept = Object.entries(inputs).filter(([name]) => !gone.has(name));
  return withBlocks(token, renameAll(kept, renamed), asList);
}

/** State that {@link fromBridge} made, as the bridge wrote it. */
export function stateToBridge(token: string, state: Properties): Properties {
  const { renamed = {}, copied = {} } = SHAPES[token] ?? {};
  const kept = Object.entries(state).filter(([name]) => !(name in copied));
  return withBlocks(token, renameAll(kept, renamed), asList);
}

function renameAll(kept: readonly [string, Json][], renamed: Readonly<Record<string, string>>): Properties {
  return Object.fromEntries(kept.map(([name, value]) => [renamed[name] ?? name, value]));
}

type BlockChange = (item: Properties, block: string) => void;

const asList: BlockChange = (item, block) => {
  const value = item[block];
  if (value === undefined) return;
  delete item[block];
  item[`${block}s`] = value === null ? [] : [value];
};

const asSingle: BlockChange = (item, block) => {
  const value = item[`${block}s`];
  if (!Array.isArray(value)) return;
  delete item[`${block}s`];
  if (value[0] !== undefined) item[block] = value[0];
};

function withBlocks(token: string, properties: Properties, change: BlockChange): Properties {
  const { list = "", blocks = [] } = SHAPES[token]?.singleIn ?? {};
  const items = properties[list];
  if (!Array.isArray(items)) return properties;
  const changed = items.map((item) => {
    const copy = { ...(item as Properties) };
    for (const block of blocks) change(copy, block);
    return copy;
  });
  return { ...properties, [list]: changed };
}

/** Properties of the bridge as @pulumi/aws reads them. */
export function fromBridge(token: string, properties: Properties): Properties {
  const { copied = {} } = SHAPES[token] ?? {};
  const result: Properties = {};
  for (const [name, value] of Object.entries(properties)) result[pulumiName(token, name)] = value;
  for (const [name, source] of Object.entries(copied)) {
    const value = properties[source];
    if (value !== undefined) result[name] = value;
  }
  return withBlocks(token, result, asSingle);
}

/** A property path of a diff (`egresses[0].fromPort`) as @pulumi/aws names it. */
export function pathFromBridge(token: string, path: string): string {
  return path.replace(/^\w+/, (name) => pulumiName(token, name));
}

/** A property path that the engine names (`ignoreChanges`, `replaceOnChanges`) as the bridge names it. */
export function pathToBridge(token: string, path: string): string {
  const renamed = SHAPES[token]?.renamed ?? {};
  return path.replace(/^\w+/, (name) => renamed[name] ?? name);
}

function pulumiName(token: string, bridged: string): string {
  if (token.includes("/get")) return bridged;
  const entry = Object.entries(SHAPES[token]?.renamed ?? {}).find(([, name]) => name === bridged);
  return entry?.[0] ?? bridged;
}
