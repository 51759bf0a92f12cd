/**
 * The application's own service, for a stack that is told to make it. It runs no task until its first roll, and what the
 * stack registers for it holds no code: `up` neither rolls nor scales it, only a deploy whose migration passed does.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { APP_CONTAINER } from "../../automation/contract/createdService.ts";
import type { CreatedService } from "../config/createdService.ts";
import { type Platform, runtimePlatform } from "../config/image.ts";
import type { LogConfig } from "../config/logs.ts";
import { logGroupArgs, taskRole } from "../migrationTask.ts";
import type { Place } from "../policies/document.ts";
import { executionRolePolicy } from "../policies/task.ts";
import { appContainers, appLogGroup } from "./container.ts";

export interface AppServiceArgs {
  readonly application: string;
  readonly environment: string;
  readonly production: boolean;
  readonly place: pulumi.Output<Place>;
  readonly service: CreatedService;
  readonly clusterArn: pulumi.Output<string>;
  readonly repositoryUrl: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  readonly platform: Platform;
  readonly subnets: pulumi.Output<string[]>;
  /** Of the migration's task. */
  readonly securityGroups: pulumi.Output<string[]>;
  readonly assignPublicIp: boolean;
  readonly logs: LogConfig;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class AppService extends pulumi.ComponentResource {
  /** ARNs of the roles that a roll passes on. */
  readonly roles: pulumi.Output<string[]>;
  /** ARN of the revision without code, which the first roll starts from. */
  readonly firstRevision: pulumi.Output<string>;

  constructor(name: string, args: AppServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:AppService", name, {}, opts);
    const logs = { ...args.logs, group: appLogGroup(args.application, args.environment) };
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-logs`, logGroupArgs(logs, args.tags), {
      parent: this,
      protect: args.production,
    });
    const executionRole = taskRole(this, `${name}-execution-role`, roleOf("execution", args), args);
    const policy = new aws.iam.RolePolicy(
      `${name}-execution-policy`,
      {
        name: "start-application-task",
        role: executionRole.name,
        policy: executionPolicy(args, logs.group),
      },
      { parent: this },
    );
    const role = taskRole(this, `${name}-task-role`, roleOf("task", args), args);
    const definition = new aws.ecs.TaskDefinition(
      `${name}-definition`,
      definitionArgs(args, {
        logGroup: logs.group,
        executionRoleArn: executionRole.arn,
        taskRoleArn: role.arn,
      }),
      { parent: this },
    );
    new aws.ecs.Service(`${name}-service`, serviceArgs(args, definition.arn), {
      parent: this,
      dependsOn: [logGroup, policy],
      ignoreChanges: ["taskDefinition", "desiredCount"],
    });
    this.roles = pulumi.all([role.arn, executionRole.arn]);
    this.firstRevision = definition.arn;
    this.registerOutputs({ roles: this.roles, firstRevision: this.firstRevision });
  }
}

const ROLE_DESCRIPTION = {
  execution: "Lets ECS start the application: pull the image, write the log",
  task: "What the application itself may do in AWS: nothing until somebody attaches a policy",
};

function roleOf(kind: keyof typeof ROLE_DESCRIPTION, { service }: AppServiceArgs) {
  return { name: `${service.family}-${kind}`, description: ROLE_DESCRIPTION[kind] };
}

function executionPolicy(args: AppServiceArgs, logGroup: string): pulumi.Output<string> {
  return pulumi
    .all([args.place, args.repositoryArn])
    .apply(([place, repositoryArn]) =>
      JSON.stringify(executionRolePolicy({ ...place, repositoryArn, logGroup, database: undefined })),
    );
}

function definitionArgs(
  args: AppServiceArgs,
  given: {
    readonly logGroup: string;
    readonly executionRoleArn: pulumi.Output<string>;
    readonly taskRoleArn: pulumi.Output<string>;
  },
): aws.ecs.TaskDefinitionArgs {
  const { logGroup, executionRoleArn, taskRoleArn } = given;
  const { family, port } = args.service;
  return {
    ...{ family, executionRoleArn, taskRoleArn },
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    // Fargate's smallest; a revision that is registered by hand with more is kept by each roll.
    cpu: "256",
    memory: "512",
    runtimePlatform: runtimePlatform(args.platform),
    // The service names it until its first roll.
    skipDestroy: true,
    containerDefinitions: pulumi
      .all([args.place, args.repositoryUrl])
      .apply(([{ region }, repositoryUrl]) =>
        appContainers({ repositoryUrl, port, region, logGroup, environment: args.environment }),
      ),
    tags: args.tags,
  };
}

function serviceArgs(args: AppServiceArgs, taskDefinition: pulumi.Output<string>): aws.ecs.ServiceArgs {
  const { service, port, targetGroupArn, securityGroups } = args.service;
  return {
    name: service,
    cluster: args.clusterArn,
    taskDefinition,
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: {
      subnets: args.subnets,
      // An empty list is no answer of ECS's: a later preview would find it changed.
      securityGroups: pulumi
        .output(securityGroups.length > 0 ? [...securityGroups] : args.securityGroups)
        .apply((groups) => (groups.length > 0 ? groups : undefined) as string[]),
      assignPublicIp: args.assignPublicIp,
    },
    deploymentCircuitBreaker: { enable: true, rollback: true },
    ...(targetGroupArn === undefined
      ? {}
      : { loadBalancers: [{ targetGroupArn, containerName: APP_CONTAINER, containerPort: port }] }),
    tags: args.tags,
  };
}
