/** The migration's log group, roles and task definition. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ShippedMigration } from "../automation/contract/outputs.ts";
import type { LaunchType } from "./config/cluster.ts";
import type { DatabaseConfig } from "./config/database.ts";
import { type Platform, runtimePlatform } from "./config/image.ts";
import type { LogConfig } from "./config/logs.ts";
import type { NetworkMode } from "./config/network.ts";
import type { TaskConfig } from "./config/task.ts";
import {
  type ContainerDefinitionArgs,
  containerDefinitions,
  containerSettings,
} from "./containerDefinition.ts";
import type { Place } from "./policies/document.ts";
import { executionRolePolicy, taskRolePolicy, taskTrustPolicy } from "./policies/task.ts";

export interface MigrationTaskArgs {
  /** What the names of made resources start with. */
  readonly namePrefix: string;
  readonly environment: string;
  readonly production: boolean;
  readonly place: pulumi.Output<Place>;
  readonly image: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  readonly platform: Platform;
  readonly launchType: LaunchType;
  readonly networkMode: NetworkMode;
  readonly task: TaskConfig;
  readonly database: DatabaseConfig;
  readonly logs: LogConfig;
  readonly migrations: readonly ShippedMigration[];
  readonly migrationsSha256: string;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class MigrationTask extends pulumi.ComponentResource {
  readonly family: string;
  /** With its revision. */
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly executionRoleArn: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  readonly logGroup: pulumi.Output<string>;
  /** What of the container does not follow from the image. */
  readonly container: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: MigrationTaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:MigrationTask", name, {}, opts);
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-logs`, logGroupArgs(args.logs, args.tags), {
      parent: this,
      protect: args.production,
    });
    const executionRole = taskRole(this, `${name}-execution-role`, roleOf("execution", args), args);
    const policy = new aws.iam.RolePolicy(
      `${name}-execution-policy`,
      { name: "start-migration-task", role: executionRole.name, policy: executionPolicy(args) },
      { parent: this },
    );
    // A role even if it has no policy, so that the task never falls back to the instance's credentials.
    const role = taskRole(this, `${name}-task-role`, roleOf("task", args), args);
    const signIn = signInPolicy(this, name, args, role);
    this.family = `${args.namePrefix}-migration`;
    const definition = new aws.ecs.TaskDefinition(
      `${name}-definition`,
      taskDefinitionArgs(args, {
        family: this.family,
        executionRoleArn: executionRole.arn,
        taskRoleArn: role.arn,
      }),
      // A run that starts before these are there stops with ResourceInitializationError.
      { parent: this, dependsOn: [logGroup, policy, ...signIn] },
    );
    this.taskDefinitionArn = definition.arn;
    this.executionRoleArn = executionRole.arn;
    this.taskRoleArn = role.arn;
    this.logGroup = logGroup.name;
    this.container = args.place.apply((place) =>
      containerSettings(containerArgs(args, { region: place.region, image: "" })),
    );
    this.registerOutputs({
      taskDefinitionArn: this.taskDefinitionArn,
      executionRoleArn: this.executionRoleArn,
      taskRoleArn: this.taskRoleArn,
      logGroup: this.logGroup,
    });
  }
}

/** A log group's arguments. */
export function logGroupArgs(
  logs: LogConfig,
  tags: Readonly<Record<string, string>>,
): aws.cloudwatch.LogGroupArgs {
  return {
    name: logs.group,
    retentionInDays: logs.retentionDays,
    ...(logs.kmsKeyArn === undefined ? {} : { kmsKeyId: logs.kmsKeyArn }),
    tags,
  };
}

const ROLE_DESCRIPTION = {
  execution: "Lets ECS start the database migration: pull the image, read the database URL, write the log",
  task: "What the database migration itself may do in AWS: nothing, or sign in to its database",
};

function roleOf(kind: keyof typeof ROLE_DESCRIPTION, { namePrefix }: MigrationTaskArgs) {
  return { name: `${namePrefix}-migration-${kind}`, description: ROLE_DESCRIPTION[kind] };
}

type RoleArgs = Pick<MigrationTaskArgs, "place" | "permissionsBoundaryArn" | "tags">;

/** A role that ECS takes on for a task. */
export function taskRole(
  parent: pulumi.Resource,
  name: string,
  role: { readonly name: string; readonly description: string },
  { place, permissionsBoundaryArn, tags }: RoleArgs,
): aws.iam.Role {
  return new aws.iam.Role(
    name,
    {
      ...role,
      assumeRolePolicy: place.apply((here) => JSON.stringify(taskTrustPolicy(here))),
      ...(permissionsBoundaryArn ? { permissionsBoundary: permissionsBoundaryArn } : {}),
      tags,
    },
    { parent },
  );
}

function executionPolicy(args: MigrationTaskArgs): pulumi.Output<string> {
  return pulumi.all([args.place, args.repositoryArn]).apply(([place, repositoryArn]) =>
    JSON.stringify(
      executionRolePolicy({
        ...place,
        repositoryArn,
        logGroup: args.logs.group,
        database: args.database,
      }),
    ),
  );
}

/** The task's own policy, if the container signs in to the database with IAM. */
function signInPolicy(
  parent: pulumi.Resource,
  name: string,
  args: MigrationTaskArgs,
  role: aws.iam.Role,
): aws.iam.RolePolicy[] {
  const { connection } = args.database;
  if (connection.kind === "url" || connection.credentials.kind !== "iam") return [];
  const policy = args.place.apply((place) => JSON.stringify(taskRolePolicy(place, args.database)));
  const policyArgs = { name: "sign-in-to-database", role: role.name, policy };
  return [new aws.iam.RolePolicy(`${name}-task-policy`, policyArgs, { parent })];
}

interface TaskDefinitionRoles {
  readonly family: string;
  readonly executionRoleArn: pulumi.Input<string>;
  readonly taskRoleArn: pulumi.Input<string>;
}

function taskDefinitionArgs(args: MigrationTaskArgs, roles: TaskDefinitionRoles): aws.ecs.TaskDefinitionArgs {
  return {
    ...roles,
    requiresCompatibilities: [args.launchType],
    networkMode: args.networkMode,
    cpu: String(args.task.cpu),
    memory: String(args.task.memory),
    runtimePlatform: runtimePlatform(args.platform),
    // Older revisions stay registered, so that a rerun of one still works.
    skipDestroy: true,
    containerDefinitions: pulumi
      .all([args.place, args.image])
      .apply(([place, image]) => containerDefinitions(containerArgs(args, { region: place.region, image }))),
    tags: args.tags,
  };
}

function containerArgs(
  args: MigrationTaskArgs,
  resolved: Pick<ContainerDefinitionArgs, "region" | "image">,
): ContainerDefinitionArgs {
  return {
    ...resolved,
    environment: args.environment,
    extraEnvironment: args.task.environment,
    database: args.database,
    user: args.task.user,
    readonlyRootFilesystem: args.task.readonlyRootFilesystem,
    ulimits: args.task.ulimits,
    logGroup: args.logs.group,
    migrations: args.migrations,
    migrationsSha256: args.migrationsSha256,
  };
}
