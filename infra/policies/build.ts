/** CodeBuild's role: what a routine deploy needs. Pure. */
import { type BuildBucketAccess, keepBuild } from "./bucket.ts";
import {
  allow,
  arn,
  codeBuildProjectArn,
  decryptThrough,
  document,
  logGroupArn,
  type Place,
  type PolicyDocument,
  parameterArn,
  type Statement,
  trustPolicy,
  writeLog,
} from "./document.ts";
import { runMigration } from "./run.ts";
import { type RolledService, rollServices } from "./services.ts";

/** Only for this project's builds. */
export function codeBuildTrustPolicy(place: Place, projectName: string): PolicyDocument {
  return trustPolicy("codebuild.amazonaws.com", {
    StringEquals: { "aws:SourceArn": codeBuildProjectArn(place, projectName) },
  });
}

export interface CodeBuildRoleArgs extends BuildBucketAccess {
  readonly buildLogGroup: string;
  readonly repositoryArn: string;
  /** Repositories of base images. */
  readonly pullRepositories: readonly string[];
  readonly clusterArn: string;
  /** Whether the program looks the cluster up: it exists outside the stack. */
  readonly looksUpCluster: boolean;
  readonly taskDefinitionFamily: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly migrationLogGroup: string;
  readonly slackWebhookParameter: string | undefined;
  readonly slackWebhookKmsKeyArn: string | undefined;
  readonly stateBucket: string | undefined;
  readonly stateKeyArn: string | undefined;
  readonly looksUpNetwork: NetworkLookup;
  readonly source: SourceAccess;
  readonly services: readonly RolledService[];
}

/** What the program asks EC2 for. */
export type NetworkLookup = "nothing" | "subnets" | "defaultVpc";

/** What the build must be let to do to fetch its source. */
export type SourceAccess =
  | { readonly kind: "connection"; readonly connectionArn: string }
  | { readonly kind: "codecommit"; readonly repositoryArn: string }
  | { readonly kind: "s3"; readonly objectArn: string };

/**
 * What a routine deploy needs and nothing else: fetch the source, push to that repository, register and run that task
 * definition on that cluster, pass those two roles, read those logs and that parameter, keep the state, the report and the
 * cache.
 */
export function codeBuildRolePolicy(args: CodeBuildRoleArgs): PolicyDocument {
  return document([
    ...sourceStatements(args.source),
    writeLog("WriteBuildLog", args, args.buildLogGroup),
    ...keepBuild(args),
    ...pushImage(args),
    ...registerTaskDefinition(args),
    ...runMigration(args),
    ...(args.looksUpCluster ? [allow("LookUpCluster", ["ecs:DescribeClusters"], [args.clusterArn])] : []),
    ...rollServices(args, args.services),
    readMigrationLog(args),
    ...readSlackWebhook(args),
    ...keepState(args),
    ...lookUpNetwork(args),
  ]);
}

function sourceStatements(source: SourceAccess): Statement[] {
  switch (source.kind) {
    case "connection":
      return [allow("UseConnection", connectionActions(source.connectionArn), [source.connectionArn])];
    case "codecommit":
      return [allow("PullSource", ["codecommit:GitPull"], [source.repositoryArn])];
    case "s3":
      return [allow("ReadSource", ["s3:GetObject", "s3:GetObjectVersion"], [source.objectArn])];
  }
}

/**
 * The service was renamed, and a connection keeps the name that it was made under: the prefix of the actions must be that of
 * the ARN. Source: Developer Tools console User Guide, "Connections rename".
 */
function connectionActions(connectionArn: string): string[] {
  const service = connectionArn.split(":")[2] ?? "";
  return ["GetConnection", "GetConnectionToken", "UseConnection"].map((action) => `${service}:${action}`);
}

const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

function pushImage(args: CodeBuildRoleArgs): Statement[] {
  const push = [
    ...PULL,
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
  ];
  return [
    allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    allow("PushImage", push.sort(), [args.repositoryArn]),
    ...(args.pullRepositories.length > 0 ? [allow("PullBaseImages", PULL, args.pullRepositories)] : []),
  ];
}

function registerTaskDefinition(args: CodeBuildRoleArgs): Statement[] {
  const family = arn(args, "ecs", `task-definition/${args.taskDefinitionFamily}:*`);
  return [
    allow("RegisterTaskDefinition", ["ecs:RegisterTaskDefinition"], [family]),
    {
      ...allow("TagNewRevision", ["ecs:TagResource"], [family]),
      Condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    },
  ];
}

function readMigrationLog(args: CodeBuildRoleArgs): Statement {
  const group = logGroupArn(args, args.migrationLogGroup);
  return allow(
    "ReadMigrationLog",
    ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail"],
    [group, `${group}:*`],
  );
}

function readSlackWebhook(args: CodeBuildRoleArgs): Statement[] {
  if (args.slackWebhookParameter === undefined) return [];
  const parameter = parameterArn(args, args.slackWebhookParameter);
  return [
    allow("ReadSlackWebhook", ["ssm:GetParameter"], [parameter]),
    ...decryptThrough("DecryptSlackWebhook", "ssm", args, args.slackWebhookKmsKeyArn),
  ];
}

/** Pulumi keeps everything below `.pulumi/`. The key encrypts the bucket's objects and the stack's secrets. */
function keepState(args: CodeBuildRoleArgs): Statement[] {
  const statements: Statement[] = [];
  if (args.stateBucket !== undefined) {
    const bucket = `arn:${args.partition}:s3:::${args.stateBucket}`;
    statements.push(
      allow("ListState", ["s3:ListBucket"], [bucket]),
      allow("KeepState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [`${bucket}/.pulumi/*`]),
    );
  }
  if (args.stateKeyArn !== undefined) {
    statements.push(allow("UseStateKey", ["kms:Decrypt", "kms:GenerateDataKey"], [args.stateKeyArn]));
  }
  return statements;
}

function lookUpNetwork(args: CodeBuildRoleArgs): Statement[] {
  if (args.looksUpNetwork === "nothing") return [];
  const subnets = ["ec2:DescribeRouteTables", "ec2:DescribeSubnets"];
  if (args.looksUpNetwork === "subnets") return [allow("LookUpNetwork", subnets, ["*"])];
  return [
    allow("LookUpNetwork", [...subnets, "ec2:DescribeVpcs"], ["*"]),
    // The provider reads the DNS settings of each VPC that it looks up, and stops if it may not.
    allow("ReadVpc", ["ec2:DescribeVpcAttribute"], [arn(args, "ec2", "vpc/*")]),
  ];
}
