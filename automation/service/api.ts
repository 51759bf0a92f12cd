/** The ECS calls that roll a service, as a short list of functions: what a fake has to answer in a test. */
import { createRequire } from "node:module";
import type {
  RegisterTaskDefinitionCommandInput,
  Service,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevision,
  Tag,
  Task,
  TaskDefinition,
} from "@aws-sdk/client-ecs";

/** A service as the stack's configuration names it. */
export interface ServiceName {
  /** Name or ARN. */
  readonly cluster: string;
  readonly service: string;
}

export interface ServiceTarget extends ServiceName {
  /** The container whose image is replaced; null: the one that runs this repository's image. */
  readonly container: string | null;
  /** Of a service that the stack made. */
  readonly first?: FirstRoll | undefined;
}

export interface FirstRoll {
  /** ARN of the stack's revision without code, which the first roll starts from. */
  readonly taskDefinition: string;
  /** How many tasks the first roll starts. */
  readonly desiredCount: number;
}

export interface RegisteredDefinition {
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
}

export interface UpdateChange {
  /** undefined: as it is. */
  readonly desiredCount?: number | undefined;
  /** Begins a deployment even if the service has this revision already. */
  readonly forceNewDeployment?: boolean;
}

export interface ServiceApi {
  /** undefined if ECS does not know the service. */
  describeService(name: ServiceName): Promise<Service | undefined>;
  /** @param taskDefinition an ARN, or a family for its newest ACTIVE revision */
  describeTaskDefinition(taskDefinition: string): Promise<RegisteredDefinition | undefined>;
  registerTaskDefinition(input: RegisterTaskDefinitionCommandInput): Promise<TaskDefinition>;
  updateService(name: ServiceName, taskDefinition: string, change?: UpdateChange): Promise<Service>;
  /** Newest first, 100 at most; see {@link Service.deployments} for rolling updates. */
  listServiceDeployments(name: ServiceName): Promise<readonly ServiceDeploymentBrief[]>;
  /** undefined if ECS does not know it. */
  describeServiceDeployment(arn: string): Promise<ServiceDeployment | undefined>;
  /** What deployments of a service brought up. At most 20 ARNs (Amazon ECS API reference, DescribeServiceRevisions). */
  describeServiceRevisions(arns: readonly string[]): Promise<readonly ServiceRevision[]>;
  /** Tasks of the service that stopped in the last hour. */
  listStoppedTasks(name: ServiceName): Promise<readonly Task[]>;
}

/** See aws/clients.ts for why the SDK is required and not imported. */
const require = createRequire(import.meta.url);

const CONFIG = {
  maxAttempts: 5,
  requestHandler: { requestTimeout: 20_000, connectionTimeout: 5_000, throwOnRequestTimeout: true },
};

/**
 * All calls may be sent again: UpdateService to the revision that the service has already makes no new deployment, and one
 * that is forced replaces that of the first call, of the same revision.
 */
export function connectServices(region: string): ServiceApi {
  const sdk = require("@aws-sdk/client-ecs") as typeof import("@aws-sdk/client-ecs");
  const client = new sdk.ECSClient({ ...CONFIG, region });
  return {
    describeService: async ({ cluster, service }) => {
      const input = { cluster, services: [service] };
      const { services } = await client.send(new sdk.DescribeServicesCommand(input));
      return services?.[0];
    },
    describeTaskDefinition: async (taskDefinition) => {
      const input = { taskDefinition, include: ["TAGS" as const] };
      try {
        const answer = await client.send(new sdk.DescribeTaskDefinitionCommand(input));
        return answer.taskDefinition && { definition: answer.taskDefinition, tags: answer.tags ?? [] };
      } catch (error) {
        if (isUnknownDefinition(error)) return undefined;
        throw error;
      }
    },
    registerTaskDefinition: async (input) => {
      const { taskDefinition } = await client.send(new sdk.RegisterTaskDefinitionCommand(input));
      if (!taskDefinition) throw new Error("RegisterTaskDefinition answered without a task definition");
      return taskDefinition;
    },
    updateService: async ({ cluster, service }, taskDefinition, change) => {
      const input = { cluster, service, taskDefinition, ...change };
      const answer = await client.send(new sdk.UpdateServiceCommand(input));
      if (!answer.service) throw new Error("UpdateService answered without a service");
      return answer.service;
    },
    listServiceDeployments: async ({ cluster, service }) => {
      const input = { cluster, service, maxResults: 100 };
      const { serviceDeployments = [] } = await client.send(new sdk.ListServiceDeploymentsCommand(input));
      const at = ({ createdAt }: ServiceDeploymentBrief) => createdAt?.getTime() ?? 0;
      return serviceDeployments.toSorted((a, b) => at(b) - at(a));
    },
    describeServiceDeployment: async (arn) => {
      const input = { serviceDeploymentArns: [arn] };
      const answer = await client.send(new sdk.DescribeServiceDeploymentsCommand(input));
      return answer.serviceDeployments?.[0];
    },
    describeServiceRevisions: async (arns) => {
      const input = { serviceRevisionArns: [...arns] };
      const answer = await client.send(new sdk.DescribeServiceRevisionsCommand(input));
      return answer.serviceRevisions ?? [];
    },
    listStoppedTasks: async ({ cluster, service: serviceName }) => {
      const input = { cluster, serviceName, desiredStatus: "STOPPED" as const, maxResults: 100 };
      const { taskArns = [] } = await client.send(new sdk.ListTasksCommand(input));
      if (taskArns.length === 0) return [];
      const { tasks = [] } = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks: taskArns }));
      return tasks;
    },
  };
}

/** In ECS's words: "Unable to describe task definition." */
function isUnknownDefinition(error: unknown): boolean {
  return (
    error instanceof Error && error.name === "ClientException" && /unable to describe/i.test(error.message)
  );
}
