/**
 * The IAM policy documents of every role that this program makes. Pure: the ARNs come in as plain texts.
 *
 * Where a statement has `*` as its resource, AWS has no finer one for those actions (Service Authorization Reference);
 * each is listed in {@link UNSCOPED_ACTIONS} with the reason.
 */

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Principal?: { readonly Service: readonly string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Where the stack lives; what every ARN starts with. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** Actions that AWS authorises on `*` alone, and why the role needs them all the same. */
export const UNSCOPED_ACTIONS: Readonly<Record<string, string>> = {
  "ecr:GetAuthorizationToken":
    "gives a login for the whole registry; push and pull are scoped to the repository",
  "ecs:DescribeTaskDefinition":
    "has no resource type; reading a task definition shows names of secrets, no values",
  "ecs:ListTaskDefinitions":
    "has no resource type; a failed run looks for the revision that has the database's version",
  "ecs:ListTasks": "takes a container instance as resource, which Fargate has none of; scoped by ecs:cluster",
  "ec2:DescribeVpcs": "has no resource type; the program looks the VPC up",
  "ec2:DescribeSubnets": "has no resource type; the program looks the VPC's subnets up",
};

/** Lets one AWS service take a role on. */
export function trustPolicy(service: string, condition?: Statement["Condition"]): PolicyDocument {
  const statement: Statement = {
    Effect: "Allow",
    Action: ["sts:AssumeRole"],
    Principal: { Service: [service] },
    ...(condition ? { Condition: condition } : {}),
  };
  return document([statement]);
}

/** ECS's own roles: only for tasks of this account (the confused deputy of the ECS Developer Guide, task IAM role). */
export function taskTrustPolicy(place: Place): PolicyDocument {
  return trustPolicy("ecs-tasks.amazonaws.com", {
    ArnLike: { "aws:SourceArn": `arn:${place.partition}:ecs:${place.region}:${place.accountId}:*` },
    StringEquals: { "aws:SourceAccount": place.accountId },
  });
}

/** CodeBuild's role: only for this project's builds. */
export function codeBuildTrustPolicy(place: Place, projectName: string): PolicyDocument {
  return trustPolicy("codebuild.amazonaws.com", {
    StringEquals: { "aws:SourceArn": codeBuildProjectArn(place, projectName) },
  });
}

export interface ExecutionRoleArgs extends Place {
  readonly repositoryArn: string;
  readonly logGroup: string;
  /** As `secrets[].valueFrom` takes it. */
  readonly databaseSecret: string;
  readonly databaseSecretKmsKeyArn: string | undefined;
}

/** What ECS itself needs to start the task: pull that image, read that secret, write that log. */
export function executionRolePolicy(args: ExecutionRoleArgs): PolicyDocument {
  const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  return document([
    allow("PullImage", pull, [args.repositoryArn]),
    allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    ...readDatabaseSecret(args),
    writeLog("WriteLog", args, args.logGroup),
  ]);
}

function readDatabaseSecret(args: ExecutionRoleArgs): Statement[] {
  const service = secretService(args, args.databaseSecret);
  const action = service === "secretsmanager" ? "secretsmanager:GetSecretValue" : "ssm:GetParameters";
  return [
    allow("ReadDatabaseUrl", [action], [secretArn(args, args.databaseSecret)]),
    ...decryptThrough("DecryptDatabaseUrl", service, args, args.databaseSecretKmsKeyArn),
  ];
}

/**
 * Decrypting through one service alone. A key that AWS manages itself (`alias/aws/ssm`) needs no statement; a customer's
 * does.
 */
function decryptThrough(sid: string, service: string, place: Place, keyArn: string | undefined): Statement[] {
  if (keyArn === undefined) return [];
  const viaService = `${service}.${place.region}.${dnsSuffix(place.partition)}`;
  return [
    {
      ...allow(sid, ["kms:Decrypt"], [keyArn]),
      Condition: { StringEquals: { "kms:ViaService": viaService } },
    },
  ];
}

function secretService(place: Place, databaseSecret: string): "secretsmanager" | "ssm" {
  return secretArn(place, databaseSecret).includes(":secretsmanager:") ? "secretsmanager" : "ssm";
}

/**
 * The ARN behind what `secrets[].valueFrom` takes: an SSM parameter's name or ARN, or a Secrets Manager ARN, whose
 * `:<json key>:<stage>:<version>` is no part of the secret's own ARN.
 */
export function secretArn(place: Place, valueFrom: string): string {
  if (valueFrom.includes(":secretsmanager:")) return valueFrom.split(":").slice(0, 7).join(":");
  if (valueFrom.startsWith("arn:")) return valueFrom;
  return parameterArn(place, valueFrom);
}

/** @param name an SSM parameter's name, with or without the leading slash */
export function parameterArn(place: Place, name: string): string {
  return `arn:${place.partition}:ssm:${place.region}:${place.accountId}:parameter/${name.replace(/^\//, "")}`;
}

export interface CodeBuildRoleArgs extends Place {
  readonly projectName: string;
  readonly buildLogGroup: string;
  readonly repositoryArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionFamily: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly migrationLogGroup: string;
  readonly slackWebhookParameter: string | undefined;
  readonly slackWebhookKmsKeyArn: string | undefined;
  readonly stateBucket: string | undefined;
  readonly stateKeyArn: string | undefined;
  /** Whether the program looks its VPC or subnets up. */
  readonly looksUpNetwork: boolean;
  readonly source: SourceAccess;
}

/** What the build must be let to do to fetch its source. */
export type SourceAccess =
  | { readonly kind: "connection"; readonly connectionArn: string }
  | { readonly kind: "codecommit"; readonly repositoryArn: string }
  | { readonly kind: "s3"; readonly objectArn: string };

/**
 * What a routine deploy needs and nothing else: fetch the source, push to that repository, register and run that task
 * definition on that cluster, pass those two roles, read those logs and that parameter, keep the state.
 */
export function codeBuildRolePolicy(args: CodeBuildRoleArgs): PolicyDocument {
  return document([
    ...sourceStatements(args.source),
    writeLog("WriteBuildLog", args, args.buildLogGroup),
    ...pushImage(args),
    ...registerTaskDefinition(args),
    ...runMigration(args),
    readMigrationLog(args),
    ...readSlackWebhook(args),
    ...keepState(args),
    ...lookUpNetwork(args),
  ]);
}

function sourceStatements(source: SourceAccess): Statement[] {
  switch (source.kind) {
    case "connection":
      return [allow("UseConnection", connectionActions(), [source.connectionArn])];
    case "codecommit":
      return [allow("PullSource", ["codecommit:GitPull"], [source.repositoryArn])];
    case "s3":
      return [allow("ReadSource", ["s3:GetObject", "s3:GetObjectVersion"], [source.objectArn])];
  }
}

/** The service was renamed; which prefix is asked for depends on the connection's age, so both are allowed. */
function connectionActions(): string[] {
  const actions = ["GetConnection", "GetConnectionToken", "UseConnection"];
  return ["codeconnections", "codestar-connections"].flatMap((prefix) =>
    actions.map((action) => `${prefix}:${action}`),
  );
}

function writeLog(sid: string, place: Place, logGroup: string): Statement {
  const actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
  return allow(sid, actions, [`${logGroupArn(place, logGroup)}:*`]);
}

function pushImage(args: CodeBuildRoleArgs): Statement[] {
  return [
    allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    allow(
      "PushImage",
      [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      [args.repositoryArn],
    ),
  ];
}

function registerTaskDefinition(args: CodeBuildRoleArgs): Statement[] {
  const family = taskDefinitionArn(args);
  return [
    allow("RegisterTaskDefinition", ["ecs:RegisterTaskDefinition"], [family]),
    allow("ReadTaskDefinition", ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"], ["*"]),
    {
      ...allow("TagNewRevision", ["ecs:TagResource"], [family]),
      Condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    },
    {
      ...allow("PassTaskRoles", ["iam:PassRole"], [args.executionRoleArn, args.taskRoleArn]),
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
  ];
}

function runMigration(args: CodeBuildRoleArgs): Statement[] {
  const onCluster = { ArnEquals: { "ecs:cluster": args.clusterArn } };
  const tasks = [taskArn(args)];
  return [
    { ...allow("RunMigration", ["ecs:RunTask"], [taskDefinitionArn(args)]), Condition: onCluster },
    { ...allow("WatchTask", ["ecs:DescribeTasks", "ecs:StopTask"], tasks), Condition: onCluster },
    { ...allow("ListTasks", ["ecs:ListTasks"], ["*"]), Condition: onCluster },
    {
      ...allow("TagNewTask", ["ecs:TagResource"], tasks),
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
    allow("ReadCluster", ["ecs:DescribeClusters"], [args.clusterArn]),
  ];
}

function readMigrationLog(args: CodeBuildRoleArgs): Statement {
  const group = logGroupArn(args, args.migrationLogGroup);
  return allow(
    "ReadMigrationLog",
    ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail"],
    [group, `${group}:*`],
  );
}

function readSlackWebhook(args: CodeBuildRoleArgs): Statement[] {
  if (args.slackWebhookParameter === undefined) return [];
  const parameter = parameterArn(args, args.slackWebhookParameter);
  return [
    allow("ReadSlackWebhook", ["ssm:GetParameter", "ssm:GetParameters"], [parameter]),
    ...decryptThrough("DecryptSlackWebhook", "ssm", args, args.slackWebhookKmsKeyArn),
  ];
}

function keepState(args: CodeBuildRoleArgs): Statement[] {
  const statements: Statement[] = [];
  if (args.stateBucket !== undefined) {
    const bucket = `arn:${args.partition}:s3:::${args.stateBucket}`;
    statements.push(
      allow("ListState", ["s3:GetBucketLocation", "s3:ListBucket"], [bucket]),
      allow("KeepState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [`${bucket}/*`]),
    );
  }
  if (args.stateKeyArn !== undefined) {
    const actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"];
    statements.push(allow("UseStateKey", actions, [args.stateKeyArn]));
  }
  return statements;
}

function lookUpNetwork(args: CodeBuildRoleArgs): Statement[] {
  if (!args.looksUpNetwork) return [];
  return [allow("LookUpNetwork", ["ec2:DescribeSubnets", "ec2:DescribeVpcs"], ["*"])];
}

/** What EventBridge needs to start the build on a push to CodeCommit. */
export function startBuildPolicy(projectArn: string): PolicyDocument {
  return document([allow("StartBuild", ["codebuild:StartBuild"], [projectArn])]);
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
}

function document(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

function logGroupArn(place: Place, name: string): string {
  return `arn:${place.partition}:logs:${place.region}:${place.accountId}:log-group:${name}`;
}

function codeBuildProjectArn(place: Place, name: string): string {
  return `arn:${place.partition}:codebuild:${place.region}:${place.accountId}:project/${name}`;
}

/** Every revision of the family: a routine deploy registers new ones, and a rerun may name an older one. */
function taskDefinitionArn(args: CodeBuildRoleArgs): string {
  return `arn:${args.partition}:ecs:${args.region}:${args.accountId}:task-definition/${args.taskDefinitionFamily}:*`;
}

/** The cluster's tasks: `cluster/<name>` in the cluster's ARN is `task/<name>/<id>` in theirs. */
function taskArn(args: CodeBuildRoleArgs): string {
  return `${args.clusterArn.replace(":cluster/", ":task/")}/*`;
}

/** AWS China has its own; the other partitions keep amazonaws.com for service principals and `kms:ViaService`. */
function dnsSuffix(partition: string): string {
  return partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}
