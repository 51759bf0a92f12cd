/**
 * The AWS calls of `doctor`, as a short list of functions: what a fake has to answer in a test. Each client is loaded when
 * it is first used, because client-ec2 takes 28 MB on disk and nothing else in the CLI needs it.
 */
import { awsErrorKind } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";

interface TaskDefinitionFacts {
  readonly status: string;
  readonly containers: readonly string[];
}

export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly freeAddresses: number;
}

interface RouteTableFacts {
  readonly vpcId: string;
  readonly main: boolean;
  readonly subnets: readonly string[];
  /** The targets of its active routes to 0.0.0.0/0: `igw-…`, `nat-…`, `tgw-…`. */
  readonly defaultRoutes: readonly string[];
}

export interface NetworkFacts {
  readonly subnets: readonly SubnetFacts[];
  readonly routeTables: readonly RouteTableFacts[];
  /** Service names of the VPC endpoints, as `com.amazonaws.eu-west-1.ecr.api`. */
  readonly endpoints: readonly string[];
}

/** Each resolves to undefined, false or null if the thing does not exist, and rejects if that cannot be known. */
export interface DoctorApi {
  imageExists(repository: string, digest: string): Promise<boolean>;
  clusterStatus(clusterArn: string): Promise<string | undefined>;
  taskDefinition(arn: string): Promise<TaskDefinitionFacts | undefined>;
  /** ARNs of the family's tasks that are running or about to run. */
  runningTasks(clusterArn: string, family: string): Promise<readonly string[]>;
  logGroupExists(name: string): Promise<boolean>;
  /** The parameter's type, from its metadata only: its value is never read. */
  parameterType(name: string): Promise<string | undefined>;
  /** True if the secret exists and is not scheduled for deletion, from its metadata only. */
  secretExists(arn: string): Promise<boolean>;
  /** True if the secret's JSON has this key. The value is read here and never leaves this function. */
  secretHasKey(arn: string, key: string): Promise<boolean>;
  network(subnets: readonly string[]): Promise<NetworkFacts>;
}

const CONFIG = { maxAttempts: 3, requestHandler: { requestTimeout: 10_000, connectionTimeout: 5_000 } };

export function connectDoctor({ region, accountId }: Pick<Outputs, "region" | "accountId">): DoctorApi {
  const config = { ...CONFIG, region };
  return {
    ...imageCalls(config, accountId),
    ...ecsCalls(config),
    ...secretCalls(config),
    logGroupExists: async (name) => {
      const sdk = await import("@aws-sdk/client-cloudwatch-logs");
      const client = new sdk.CloudWatchLogsClient(config);
      const input = { logGroupNamePrefix: name, limit: 50 };
      const { logGroups } = await client.send(new sdk.DescribeLogGroupsCommand(input));
      return (logGroups ?? []).some((group) => group.logGroupName === name);
    },
    network: (subnets) => readNetwork(config, subnets),
  };
}

type Config = typeof CONFIG & { readonly region: string };

function imageCalls(config: Config, registryId: string): Pick<DoctorApi, "imageExists"> {
  return {
    imageExists: (repositoryName, imageDigest) =>
      orMissing(false, async () => {
        const sdk = await import("@aws-sdk/client-ecr");
        const client = new sdk.ECRClient(config);
        const input = { registryId, repositoryName, imageIds: [{ imageDigest }] };
        const { imageDetails } = await client.send(new sdk.DescribeImagesCommand(input));
        return (imageDetails ?? []).length > 0;
      }),
  };
}

function ecsCalls(config: Config): Pick<DoctorApi, "clusterStatus" | "taskDefinition" | "runningTasks"> {
  const connect = async () => {
    const sdk = await import("@aws-sdk/client-ecs");
    return { sdk, client: new sdk.ECSClient(config) };
  };
  return {
    clusterStatus: async (clusterArn) => {
      const { sdk, client } = await connect();
      const { clusters } = await client.send(new sdk.DescribeClustersCommand({ clusters: [clusterArn] }));
      return clusters?.[0]?.status;
    },
    taskDefinition: (taskDefinition) =>
      orMissing(undefined, async () => {
        const { sdk, client } = await connect();
        const answer = await client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition }));
        const containers = (answer.taskDefinition?.containerDefinitions ?? []).map(({ name }) => name ?? "");
        return { status: answer.taskDefinition?.status ?? "unknown", containers };
      }),
    runningTasks: async (cluster, family) => {
      const { sdk, client } = await connect();
      const found: string[] = [];
      for await (const { taskArns } of sdk.paginateListTasks({ client }, { cluster, family }))
        found.push(...(taskArns ?? []));
      return found;
    },
  };
}

function secretCalls(config: Config): Pick<DoctorApi, "parameterType" | "secretExists" | "secretHasKey"> {
  const connect = async () => {
    const sdk = await import("@aws-sdk/client-secrets-manager");
    return { sdk, client: new sdk.SecretsManagerClient(config) };
  };
  return {
    parameterType: async (name) => {
      const sdk = await import("@aws-sdk/client-ssm");
      const client = new sdk.SSMClient(config);
      const filter = { Key: "Name", Option: "Equals", Values: [name] };
      // A page may be empty and still have a NextToken (Systems Manager API reference, DescribeParameters).
      for await (const { Parameters } of sdk.paginateDescribeParameters(
        { client },
        { ParameterFilters: [filter] },
      )) {
        const found = Parameters?.find((parameter) => parameter.Name === name);
        if (found) return found.Type;
      }
      return undefined;
    },
    secretExists: (SecretId) =>
      orMissing(false, async () => {
        const { sdk, client } = await connect();
        const { DeletedDate } = await client.send(new sdk.DescribeSecretCommand({ SecretId }));
        return DeletedDate === undefined;
      }),
    secretHasKey: async (SecretId, key) => {
      const { sdk, client } = await connect();
      const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId }));
      return hasKey(SecretString, key);
    },
  };
}

function hasKey(text: string | undefined, key: string): boolean {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && Object.hasOwn(value, key);
  } catch {
    return false;
  }
}

async function readNetwork(config: Config, subnetIds: readonly string[]): Promise<NetworkFacts> {
  const sdk = await import("@aws-sdk/client-ec2");
  const client = new sdk.EC2Client(config);
  const { Subnets } = await client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  const subnets = (Subnets ?? []).map(({ SubnetId = "", VpcId = "", AvailableIpAddressCount = 0 }) => ({
    id: SubnetId,
    vpcId: VpcId,
    freeAddresses: AvailableIpAddressCount,
  }));
  const filter = [{ Name: "vpc-id", Values: [...new Set(subnets.map(({ vpcId }) => vpcId))] }];
  const { RouteTables } = await client.send(new sdk.DescribeRouteTablesCommand({ Filters: filter }));
  const { VpcEndpoints } = await client.send(new sdk.DescribeVpcEndpointsCommand({ Filters: filter }));
  return {
    subnets,
    routeTables: (RouteTables ?? []).map(({ VpcId = "", Associations = [], Routes = [] }) => ({
      vpcId: VpcId,
      main: Associations.some(({ Main }) => Main === true),
      subnets: Associations.flatMap(({ SubnetId }) => (SubnetId === undefined ? [] : [SubnetId])),
      defaultRoutes: Routes.filter((route) => route.DestinationCidrBlock === "0.0.0.0/0")
        .filter(({ State }) => State !== "blackhole")
        .map((route) => route.NatGatewayId ?? route.TransitGatewayId ?? route.GatewayId ?? "another"),
    })),
    endpoints: (VpcEndpoints ?? []).map(({ ServiceName = "" }) => ServiceName),
  };
}

/** Returns `absent` if AWS says that the thing does not exist, and throws every other error. */
async function orMissing<T>(absent: T, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    const text = error instanceof Error ? error.message : "";
    const missing =
      awsErrorKind(error) === "missing" ||
      /^(ImageNotFoundException|RepositoryNotFoundException)$/.test(name) ||
      (name === "ClientException" && /unable to describe task definition/i.test(text));
    if (missing) return absent;
    throw error;
  }
}
