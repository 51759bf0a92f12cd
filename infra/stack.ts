/** The whole stack: wires the parts and says what it exports. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CONTAINER_NAME } from "../automation/contract/container.ts";
import { APP_CONTAINER } from "../automation/contract/createdService.ts";
import { OUTPUTS_SCHEMA, type Outputs } from "../automation/contract/outputs.ts";
import type { Source } from "../automation/contract/source.ts";
import { digestOfMigrations, readMigrations } from "../automation/migrations/folder.ts";
import { AppService } from "./appService/appService.ts";
import { MigrationCluster } from "./cluster/cluster.ts";
import { namePrefixOf } from "./config/application.ts";
import type { StackConfig } from "./config/config.ts";
import { AppImage } from "./image/image.ts";
import { MigrationTask } from "./migrationTask.ts";
import { networkLookup, networkPath, networkToDo, TaskNetwork } from "./network/network.ts";
import { DeployPipeline } from "./pipeline/pipeline.ts";
import type { Place } from "./policies/document.ts";
import type { RolledService } from "./policies/services.ts";
import { secretOf } from "./policies/task.ts";
import { resourceTags } from "./tags.ts";

/** The stack's outputs as the program has them: the contract of automation/outputs.ts before Pulumi resolves it. */
export type StackOutputs = { [Name in keyof Outputs]-?: pulumi.Input<Outputs[Name]> };

/**
 * Declares every resource of the stack.
 *
 * @param source the commit that is deployed; null if nobody said
 * @returns the outputs, by the names of automation/outputs.ts
 */
export function createStack(config: StackConfig, source: Source | null = null): StackOutputs {
  const { application, environment, production } = config;
  const namePrefix = namePrefixOf(config);
  const place = currentPlace(config.region);
  const tags = resourceTags(application, environment, config.tags);
  const common = { namePrefix, environment, production, tags, place };
  const migrations = readMigrations(config.image.migrationsPath);
  const migrationsSha256 = digestOfMigrations(migrations);

  const image = new AppImage("app", {
    ...common,
    repositoryName: namePrefix,
    image: config.image,
    region: config.region,
  });
  const network = new TaskNetwork("network", { ...common, network: config.network });
  const cluster = new MigrationCluster("cluster", {
    ...common,
    cluster: config.cluster,
    platform: config.image.platform,
    subnets: network.subnets,
    securityGroups: network.securityGroups,
    permissionsBoundaryArn: config.permissionsBoundaryArn,
  });
  const task = new MigrationTask("migration", {
    ...common,
    image: image.image,
    repositoryArn: image.repositoryArn,
    platform: config.image.platform,
    launchType: config.cluster.launchType,
    networkMode: config.network.mode,
    task: config.task,
    database: config.database,
    logs: config.logs,
    migrations,
    migrationsSha256,
    permissionsBoundaryArn: config.permissionsBoundaryArn,
  });
  const made = appService(config, { ...common, image, cluster, network });
  const services = rolledServices(config, made);
  const pipeline = pipelineOf(config, { ...common, image, cluster, task, services });

  return {
    schemaVersion: OUTPUTS_SCHEMA,
    application,
    environment,
    production,
    migrate: config.migrate,
    partition: place.partition,
    region: place.region,
    accountId: place.accountId,
    clusterArn: cluster.arn,
    launchType: config.cluster.launchType,
    capacityProvider: cluster.capacityProvider,
    network: networkOutput(config, network),
    networkPath: networkPath(config.network),
    networkToDo: networkToDo(config.network),
    taskDefinitionFamily: task.family,
    taskDefinitionArn: task.taskDefinitionArn,
    container: task.container,
    containerName: CONTAINER_NAME,
    executionRoleArn: task.executionRoleArn,
    logGroup: task.logGroup,
    logStreamPrefix: environment,
    repositoryUrl: image.repositoryUrl,
    image: image.image,
    databaseSecret: secretOf(config.database) ?? null,
    slackWebhookParameter: config.slack?.webhookParameter ?? null,
    codeBuildProject: pipeline?.projectName ?? null,
    buildBucket: pipeline?.bucketName ?? null,
    connectionLink: pipeline?.connectionLink ?? null,
    source,
    services: servicesOutput(config, made),
    migrationsSha256,
    migrations: [...migrations],
  };
}

function currentPlace(region: string): pulumi.Output<Place> {
  const { partition } = aws.getPartitionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return pulumi.all([partition, accountId]).apply(([inPartition, inAccount]) => ({
    partition: inPartition,
    region,
    accountId: inAccount,
  }));
}

/** What RunTask needs to know of the network; nothing where the task has the instance's own. */
function networkOutput(config: StackConfig, network: TaskNetwork): pulumi.Input<Outputs["network"]> {
  if (config.network.mode !== "awsvpc") return null;
  const { assignPublicIp } = config.network;
  return pulumi
    .all([network.subnets, network.securityGroups])
    .apply(([subnets, securityGroups]) => ({ subnets, securityGroups, assignPublicIp }));
}

interface ServiceParts extends Common {
  readonly image: AppImage;
  readonly cluster: MigrationCluster;
  readonly network: TaskNetwork;
}

/** The service that the stack makes, if it is told to. */
function appService(config: StackConfig, parts: ServiceParts): AppService | undefined {
  const { created } = config.services;
  if (created === undefined) return undefined;
  const { image, cluster, network, ...common } = parts;
  return new AppService("service", {
    ...common,
    application: config.application,
    service: created,
    clusterArn: cluster.arn,
    repositoryUrl: image.repositoryUrl,
    repositoryArn: image.repositoryArn,
    platform: config.image.platform,
    subnets: network.subnets,
    securityGroups: network.securityGroups,
    assignPublicIp: config.network.assignPublicIp,
    logs: config.logs,
    permissionsBoundaryArn: config.permissionsBoundaryArn,
  });
}

/** What the build rolls; the stack's own service comes first. */
function rolledServices(
  { services: { created, targets } }: StackConfig,
  made: AppService | undefined,
): pulumi.Input<RolledService>[] {
  return [...(created && made ? [made.roles.apply((roles) => ({ ...created, roles }))] : []), ...targets];
}

function servicesOutput(
  { services }: StackConfig,
  made: AppService | undefined,
): pulumi.Input<Outputs["services"]> {
  const { created, parallel, timeout } = services;
  const targets = services.targets.map(({ cluster, service, container }) => ({
    cluster,
    service,
    container,
  }));
  const rest = { parallel, timeoutSeconds: timeout };
  if (!created || !made) return targets.length === 0 ? null : { targets, ...rest };
  const { cluster, service, desiredCount } = created;
  return made.firstRevision.apply((taskDefinition) => {
    const own = { cluster, service, container: APP_CONTAINER, first: { taskDefinition, desiredCount } };
    return { targets: [own, ...targets], ...rest };
  });
}

interface Common {
  readonly namePrefix: string;
  readonly environment: string;
  readonly production: boolean;
  readonly place: pulumi.Output<Place>;
  readonly tags: Readonly<Record<string, string>>;
}

interface PipelineParts extends Common {
  readonly services: readonly pulumi.Input<RolledService>[];
  readonly image: AppImage;
  readonly cluster: MigrationCluster;
  readonly task: MigrationTask;
}

function pipelineOf(config: StackConfig, parts: PipelineParts): DeployPipeline | undefined {
  if (config.pipeline === undefined) return undefined;
  return new DeployPipeline("pipeline", {
    namePrefix: parts.namePrefix,
    environment: parts.environment,
    place: parts.place,
    tags: parts.tags,
    pipeline: config.pipeline,
    platform: config.image.platform,
    logs: config.logs,
    production: parts.production,
    slack: config.slack,
    migrationTimeout: config.task.timeout,
    targets: {
      repositoryArn: parts.image.repositoryArn,
      pullRepositories: config.image.pullRepositories,
      clusterArn: parts.cluster.arn,
      looksUpCluster: config.cluster.existing !== undefined,
      looksUpNetwork: networkLookup(config.network),
      taskDefinitionFamily: parts.task.family,
      executionRoleArn: parts.task.executionRoleArn,
      taskRoleArn: parts.task.taskRoleArn,
      services: parts.services,
    },
    permissionsBoundaryArn: config.permissionsBoundaryArn,
  });
}
