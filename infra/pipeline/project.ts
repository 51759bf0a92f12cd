/** The CodeBuild project itself, its role and its log. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../config/image.ts";
import type { LogConfig } from "../config/logs.ts";
import type { PipelineConfig } from "../config/pipeline.ts";
import type { SlackConfig } from "../config/slack.ts";
import { logGroupArgs } from "../migrationTask.ts";
import { CACHE_FOLDER } from "../policies/bucket.ts";
import { codeBuildRolePolicy, codeBuildTrustPolicy, type NetworkLookup } from "../policies/build.ts";
import type { Place } from "../policies/document.ts";
import type { RolledService } from "../policies/services.ts";
import { buildEnvironment, defaultBuildImage } from "./environment.ts";
import { projectSource, sourceAccess } from "./source.ts";

/** What a routine deploy touches: its role's policy follows from it. */
export interface DeployTargets {
  readonly repositoryArn: pulumi.Output<string>;
  readonly pullRepositories: readonly string[];
  readonly clusterArn: pulumi.Output<string>;
  readonly looksUpCluster: boolean;
  readonly looksUpNetwork: NetworkLookup;
  readonly taskDefinitionFamily: string;
  readonly executionRoleArn: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  readonly services: readonly pulumi.Input<RolledService>[];
}

export interface DeployProjectArgs {
  readonly namePrefix: string;
  readonly environment: string;
  readonly place: pulumi.Output<Place>;
  readonly pipeline: PipelineConfig;
  /** Of the connection that the source is reached through. */
  readonly connectionArn: string | undefined;
  readonly platform: Platform;
  readonly logs: LogConfig;
  readonly slack: SlackConfig | undefined;
  /** Seconds. */
  readonly migrationTimeout: number;
  readonly targets: DeployTargets;
  readonly permissionsBoundaryArn: string | undefined;
  /** Of the reports and the cache. */
  readonly bucket: aws.s3.Bucket;
  readonly tags: Readonly<Record<string, string>>;
}

/** The project's name. */
export function projectNameOf(namePrefix: string): string {
  return `${namePrefix}-deploy`;
}

export function deployProject(
  parent: pulumi.Resource,
  name: string,
  args: DeployProjectArgs,
): aws.codebuild.Project {
  const projectName = projectNameOf(args.namePrefix);
  const logGroupName = `/aws/codebuild/${projectName}`;
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    logGroupArgs({ ...args.logs, group: logGroupName }, args.tags),
    { parent },
  );
  const role = buildRole(parent, name, args, projectName);
  const policy = new aws.iam.RolePolicy(
    `${name}-policy`,
    { name: "deploy", role: role.name, policy: buildPolicy(args, logGroupName) },
    { parent },
  );
  return new aws.codebuild.Project(
    `${name}-project`,
    projectArgs(args, projectName, role, logGroup),
    // CodeBuild tries the role on the source when the project is made.
    { parent, dependsOn: [policy] },
  );
}

function buildRole(parent: pulumi.Resource, name: string, args: DeployProjectArgs, projectName: string) {
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

function buildPolicy(args: DeployProjectArgs, buildLogGroup: string): pulumi.Output<string> {
  return pulumi
    .all([args.place, pulumi.output(args.targets), args.bucket.arn])
    .apply(([place, targets, buildBucketArn]) =>
      JSON.stringify(
        codeBuildRolePolicy({
          ...place,
          ...targets,
          buildLogGroup,
          buildBucketArn,
          buildKeyArn: args.logs.kmsKeyArn,
          migrationLogGroup: args.logs.group,
          slackWebhookParameter: args.slack?.webhookParameter,
          slackWebhookKmsKeyArn: args.slack?.kmsKeyArn,
          stateBucket: args.pipeline.stateBucket,
          stateKeyArn: args.pipeline.stateKeyArn,
          source: sourceAccess(args.pipeline, place, args.connectionArn),
        }),
      ),
    );
}

function projectArgs(
  args: DeployProjectArgs,
  projectName: string,
  role: aws.iam.Role,
  logGroup: aws.cloudwatch.LogGroup,
): aws.codebuild.ProjectArgs {
  const { pipeline, platform, bucket } = args;
  return {
    name: projectName,
    description: `Deploys stack ${args.environment} and runs its database migration`,
    serviceRole: role.arn,
    source: projectSource(pipeline, args.connectionArn, args.targets.services.length > 0),
    // The buildspec names them: the build's id as CodeBuild writes it into a path is not documented.
    artifacts: { type: "S3", location: bucket.bucket, packaging: "NONE", overrideArtifactName: true },
    ...(args.logs.kmsKeyArn === undefined ? {} : { encryptionKey: args.logs.kmsKeyArn }),
    badgeEnabled: false,
    // No concurrentBuildLimit: with one CodeBuild drops what comes beyond it ("throttled and are not run", API reference,
    // CreateProject), and a push would be lost. Deploys of a stack wait for each other in the CLI.
    buildTimeout: pipeline.timeoutMinutes,
    queuedTimeout: pipeline.queuedTimeoutMinutes,
    // Not the local cache: it is gone with the build's host, and deploys are seldom (docs/performance.md).
    cache: { type: "S3", location: pulumi.interpolate`${bucket.bucket}/${CACHE_FOLDER}` },
    environment: {
      type: platform === "linux/arm64" ? "ARM_CONTAINER" : "LINUX_CONTAINER",
      computeType: pipeline.computeType,
      image: pipeline.buildImage || defaultBuildImage(platform),
      // docker build.
      privilegedMode: true,
      environmentVariables: args.place.apply((place) =>
        buildEnvironment({
          ...args,
          region: place.region,
          slackWebhookParameter: args.slack?.webhookParameter,
        }),
      ),
    },
    logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: logGroup.name } },
    tags: args.tags,
  };
}
