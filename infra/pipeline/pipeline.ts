/** The pipeline that deploys this very stack: connection, CodeBuild project, what starts it and what reports its end. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isConnected } from "../config/pipeline.ts";
import { type BuildBucketArgs, buildBucket } from "./bucket.ts";
import { BuildNotifier } from "./notifier.ts";
import { type DeployProjectArgs, deployProject, projectNameOf } from "./project.ts";
import { CONNECTION_PROVIDER, isPending, linkWhilePending } from "./source.ts";
import { triggerBuilds } from "./trigger.ts";

export type DeployPipelineArgs = Omit<DeployProjectArgs, "connectionArn" | "bucket"> &
  Pick<BuildBucketArgs, "production">;

/** Each null while there is no project. */
interface Build {
  readonly projectName: string | null;
  readonly bucketName: string | null;
}

export class DeployPipeline extends pulumi.ComponentResource {
  /** Null while the connection that was made here is pending. */
  readonly projectName: pulumi.Output<string | null>;
  /** Of what the builds keep; null as long as there is no project. */
  readonly bucketName: pulumi.Output<string | null>;
  /** Where to complete the connection that was made here, while it is pending. */
  readonly connectionLink: pulumi.Output<string | null>;

  constructor(name: string, args: DeployPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:DeployPipeline", name, {}, opts);
    const connection = newConnection(this, name, args);
    let build: pulumi.Output<Build>;
    if (connection === undefined) {
      build = makeBuild(this, name, { ...args, connectionArn: args.pipeline.connectionArn });
      this.connectionLink = pulumi.output(null);
    } else {
      build = buildOnceAvailable(this, name, args, connection);
      this.connectionLink = pulumi
        .all([connection.connectionStatus, args.place])
        .apply(([status, place]) => linkWhilePending(status, place));
    }
    this.projectName = build.projectName;
    this.bucketName = build.bucketName;
    this.registerOutputs({
      projectName: this.projectName,
      bucketName: this.bucketName,
      connectionLink: this.connectionLink,
    });
  }
}

function makeBuild(
  parent: pulumi.Resource,
  name: string,
  args: DeployPipelineArgs & Pick<DeployProjectArgs, "connectionArn">,
): pulumi.Output<Build> {
  const { reportRetentionDays } = args.pipeline;
  const kmsKeyArn = args.logs.kmsKeyArn;
  const bucket = buildBucket(parent, name, { ...args, reportRetentionDays, kmsKeyArn });
  const project = deployProject(parent, name, { ...args, bucket });
  triggerBuilds(parent, name, args, project);
  if (args.slack !== undefined) {
    const projectName = projectNameOf(args.namePrefix);
    new BuildNotifier(`${name}-notifier`, { ...args, slack: args.slack, projectName }, { parent });
  }
  return pulumi.output({ projectName: project.name, bucketName: bucket.bucket });
}

/**
 * CreateProject checks its connection at once and refuses a pending one (seen in aws/aws-cdk#38504), so the project is only
 * declared when the stack knows the connection's completion. Its status is known after the first `up` and not before, hence
 * the resources inside `apply`.
 */
function buildOnceAvailable(
  parent: pulumi.Resource,
  name: string,
  args: DeployPipelineArgs,
  connection: aws.codeconnections.Connection,
): pulumi.Output<Build> {
  return pulumi.all([connection.connectionStatus, connection.arn]).apply(([status, connectionArn]) => {
    if (!isPending(status)) return makeBuild(parent, name, { ...args, connectionArn });
    const next = `complete it in the console (output connectionLink), then run \`pulumi up --refresh -s ${args.environment}\``;
    void pulumi.log.warn(
      `No CodeBuild project yet: the connection is pending. To have it made, ${next}`,
      connection,
    );
    return pulumi.output({ projectName: null, bucketName: null });
  });
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
