/** The CodeBuild project that deploys this very stack, and what starts it. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isConnected, type LogConfig, type PipelineConfig, type Platform } from "../config/config.ts";
import { logGroupArgs } from "../migrationTask.ts";
import {
  codeBuildRolePolicy,
  codeBuildTrustPolicy,
  type Place,
  startBuildPolicy,
  trustPolicy,
} from "../policies.ts";
import { buildEnvironment, defaultBuildImage } from "./environment.ts";
import {
  CODECOMMIT_INPUT,
  CONNECTION_PROVIDER,
  codeCommitArn,
  codeCommitEventPattern,
  linkWhilePending,
  projectSource,
  sourceAccess,
  webhookFilterGroups,
} from "./source.ts";

export interface DeployPipelineArgs {
  /** What the names of made resources start with. */
  readonly namePrefix: string;
  readonly environment: string;
  readonly place: pulumi.Output<Place>;
  readonly pipeline: PipelineConfig;
  readonly platform: Platform;
  readonly logs: LogConfig;
  readonly repositoryArn: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  readonly taskDefinitionFamily: string;
  readonly executionRoleArn: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  readonly slackWebhookParameter: string | undefined;
  readonly slackWebhookKmsKeyArn: string | undefined;
  readonly looksUpNetwork: boolean;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class DeployPipeline extends pulumi.ComponentResource {
  readonly projectName: pulumi.Output<string>;
  /** Where to complete the connection that was made here, while it is pending. */
  readonly connectionLink: pulumi.Output<string | null>;

  constructor(name: string, args: DeployPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:DeployPipeline", name, {}, opts);
    const names = pipelineNames(args);
    const connection = newConnection(this, name, args);
    const connectionArn: pulumi.Output<string | undefined> =
      connection?.arn ?? pulumi.output(args.pipeline.connectionArn);
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      logGroupArgs({ ...args.logs, group: names.logGroup }, args.tags),
      { parent: this },
    );
    const role = buildRole(this, name, args, names.project);
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { name: "deploy", role: role.name, policy: buildPolicy(args, names, connectionArn) },
      { parent: this },
    );
    const project = new aws.codebuild.Project(
      `${name}-project`,
      projectArgs(args, { names, roleArn: role.arn, logGroup: logGroup.name, connectionArn }),
      // CodeBuild tries the role on the source when the project is made.
      { parent: this, dependsOn: [policy] },
    );
    if (args.pipeline.webhook) webhook(this, name, args.pipeline, project);
    if (args.pipeline.sourceType === "CODECOMMIT") codeCommitTrigger(this, name, args, project);
    this.projectName = project.name;
    this.connectionLink = connection ? pendingLink(connection, args.place) : pulumi.output(null);
    this.registerOutputs({ projectName: this.projectName, connectionLink: this.connectionLink });
  }
}

interface PipelineNames {
  readonly project: string;
  readonly logGroup: string;
}

function pipelineNames(args: DeployPipelineArgs): PipelineNames {
  const project = `${args.namePrefix}-deploy`;
  return { project, logGroup: `/aws/codebuild/${project}` };
}

/** The connection that the stack is told to make, pending until someone completes it in the console. */
function newConnection(
  parent: pulumi.Resource,
  name: string,
  args: DeployPipelineArgs,
): aws.codeconnections.Connection | undefined {
  const { sourceType, createConnection } = args.pipeline;
  if (!isConnected(sourceType) || !createConnection) return undefined;
  return new aws.codeconnections.Connection(
    `${name}-connection`,
    // AWS takes 32 characters of a connection's name.
    { name: args.namePrefix.slice(0, 32), providerType: CONNECTION_PROVIDER[sourceType], tags: args.tags },
    { parent },
  );
}

function pendingLink(connection: aws.codeconnections.Connection, place: pulumi.Output<Place>) {
  return pulumi
    .all([connection.connectionStatus, place])
    .apply(([status, where]) => linkWhilePending(status, where));
}

function buildRole(parent: pulumi.Resource, name: string, args: DeployPipelineArgs, projectName: string) {
  return new aws.iam.Role(
    `${name}-role`,
    {
      name: `${args.namePrefix}-deploy-codebuild`,
      description: "Lets CodeBuild deploy the application and run its database migration",
      assumeRolePolicy: args.place.apply((place) => JSON.stringify(codeBuildTrustPolicy(place, projectName))),
      ...(args.permissionsBoundaryArn ? { permissionsBoundary: args.permissionsBoundaryArn } : {}),
      tags: args.tags,
    },
    { parent },
  );
}

function buildPolicy(
  args: DeployPipelineArgs,
  names: PipelineNames,
  connectionArn: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  const arns = pulumi.all([args.repositoryArn, args.clusterArn, args.executionRoleArn, args.taskRoleArn]);
  return pulumi
    .all([args.place, arns, connectionArn])
    .apply(([place, [repositoryArn, clusterArn, executionRoleArn, taskRoleArn], connection]) =>
      JSON.stringify(
        codeBuildRolePolicy({
          ...place,
          repositoryArn,
          clusterArn,
          executionRoleArn,
          taskRoleArn,
          projectName: names.project,
          buildLogGroup: names.logGroup,
          taskDefinitionFamily: args.taskDefinitionFamily,
          migrationLogGroup: args.logs.group,
          slackWebhookParameter: args.slackWebhookParameter,
          slackWebhookKmsKeyArn: args.slackWebhookKmsKeyArn,
          stateBucket: args.pipeline.stateBucket,
          stateKeyArn: args.pipeline.stateKeyArn,
          looksUpNetwork: args.looksUpNetwork,
          source: sourceAccess(args.pipeline, place, connection),
        }),
      ),
    );
}

interface ProjectParts {
  readonly names: PipelineNames;
  readonly roleArn: pulumi.Output<string>;
  readonly logGroup: pulumi.Output<string>;
  readonly connectionArn: pulumi.Output<string | undefined>;
}

function projectArgs(args: DeployPipelineArgs, parts: ProjectParts): aws.codebuild.ProjectArgs {
  const { pipeline, platform } = args;
  return {
    name: parts.names.project,
    description: `Deploys stack ${args.environment} and runs its database migration`,
    serviceRole: parts.roleArn,
    source: parts.connectionArn.apply((arn) => projectSource(pipeline, arn)),
    artifacts: { type: "NO_ARTIFACTS" },
    badgeEnabled: false,
    // One at a time: two builds of a stack would fight for its state and its database.
    concurrentBuildLimit: 1,
    buildTimeout: pipeline.timeoutMinutes,
    queuedTimeout: pipeline.queuedTimeoutMinutes,
    cache: { type: "LOCAL", modes: ["LOCAL_DOCKER_LAYER_CACHE", "LOCAL_CUSTOM_CACHE"] },
    environment: {
      type: platform === "linux/arm64" ? "ARM_CONTAINER" : "LINUX_CONTAINER",
      computeType: pipeline.computeType,
      image: pipeline.buildImage || defaultBuildImage(platform),
      // docker build.
      privilegedMode: true,
      environmentVariables: args.place.apply((place) => buildEnvironment({ ...args, region: place.region })),
    },
    logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: parts.logGroup } },
    tags: args.tags,
  };
}

function webhook(
  parent: pulumi.Resource,
  name: string,
  pipeline: PipelineConfig,
  project: aws.codebuild.Project,
): void {
  new aws.codebuild.Webhook(
    `${name}-webhook`,
    {
      projectName: project.name,
      buildType: "BUILD",
      filterGroups: webhookFilterGroups(pipeline.branchPrefix),
    },
    { parent },
  );
}

function codeCommitTrigger(
  parent: pulumi.Resource,
  name: string,
  args: DeployPipelineArgs,
  project: aws.codebuild.Project,
): void {
  const { pipeline, place, namePrefix, tags } = args;
  const rule = new aws.cloudwatch.EventRule(
    `${name}-push`,
    {
      name: `${namePrefix}-deploy-push`,
      description: `Pushes to ${pipeline.branchPrefix}* start a deploy`,
      eventPattern: place.apply((where) =>
        codeCommitEventPattern(codeCommitArn(pipeline, where), pipeline.branchPrefix),
      ),
      tags,
    },
    { parent },
  );
  const role = startBuildRole(parent, name, args, project);
  new aws.cloudwatch.EventTarget(
    `${name}-push-target`,
    { rule: rule.name, arn: project.arn, roleArn: role.arn, inputTransformer: { ...CODECOMMIT_INPUT } },
    { parent },
  );
}

function startBuildRole(
  parent: pulumi.Resource,
  name: string,
  args: DeployPipelineArgs,
  project: aws.codebuild.Project,
): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-push-role`,
    {
      name: `${args.namePrefix}-deploy-push`,
      description: "Lets EventBridge start the deploy",
      assumeRolePolicy: JSON.stringify(trustPolicy("events.amazonaws.com")),
      ...(args.permissionsBoundaryArn ? { permissionsBoundary: args.permissionsBoundaryArn } : {}),
      tags: args.tags,
    },
    { parent },
  );
  new aws.iam.RolePolicy(
    `${name}-push-policy`,
    {
      name: "start-build",
      role: role.name,
      policy: project.arn.apply((arn) => JSON.stringify(startBuildPolicy(arn))),
    },
    { parent },
  );
  return role;
}
