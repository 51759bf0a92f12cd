/**
 * The only reader of the stack's configuration: checks everything up front and reports every problem at once.
 *
 * The keys are declared, typed and described in Pulumi.yaml; what Pulumi cannot check there is checked here.
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { DIALECTS } from "../../automation/check/choices.ts";
import { ruleProblem } from "../../automation/check/settings.ts";
import { ConfigError } from "../../automation/contract/errors.ts";
import { describeFargateMemory, FARGATE_CPU, fargateMemory } from "./fargateSizes.ts";
import { ARN, CIDR, FORMS } from "./forms.ts";
import { LOG_RETENTION_DAYS } from "./logRetention.ts";
import { CONFIG_NAMESPACE, ConfigReader } from "./reader.ts";

/** Every key of the project's own namespace; anything else there is a typing error. */
export const CONFIG_KEYS = [
  "application",
  "production",
  "migrate",
  "checkDialect",
  "checkDisable",
  "tags",
  "appPath",
  "migrationsPath",
  "dockerfile",
  "dockerTarget",
  "buildArgs",
  "platform",
  "imageCacheFrom",
  "imageRetention",
  "imageKmsKeyArn",
  "cluster",
  "launchType",
  "capacityProvider",
  "instanceType",
  "instanceMaxCount",
  "containerInsights",
  "networkMode",
  "vpcId",
  "subnets",
  "securityGroups",
  "assignPublicIp",
  "databaseSecurityGroup",
  "databaseCidr",
  "databasePort",
  "cpu",
  "memory",
  "user",
  "readonlyRootFilesystem",
  "ulimits",
  "environmentVariables",
  "databaseSecret",
  "databaseSecretKmsKeyArn",
  "slackWebhookParameter",
  "slackWebhookKmsKeyArn",
  "logGroup",
  "logRetentionDays",
  "logKmsKeyArn",
  "sourceType",
  "sourceLocation",
  "branchPrefix",
  "connectionArn",
  "createConnection",
  "webhook",
  "buildImage",
  "buildComputeType",
  "buildTimeoutMinutes",
  "buildQueuedTimeoutMinutes",
  "stateBucket",
  "stateKeyArn",
  "permissionsBoundaryArn",
] as const;

export interface Ulimit {
  readonly name: string;
  readonly softLimit: number;
  readonly hardLimit: number;
}

export type Platform = "linux/amd64" | "linux/arm64";
export type LaunchType = "FARGATE" | "EC2";
export type NetworkMode = "awsvpc" | "bridge" | "host";
export type ConnectedSource = "GITLAB" | "GITLAB_SELF_MANAGED" | "GITHUB";
export type SourceType = "NONE" | "CODECOMMIT" | "S3" | ConnectedSource;

export interface ImageConfig {
  /** Absolute path of the build context. */
  readonly appPath: string;
  /** Absolute path. */
  readonly migrationsPath: string;
  /** Absolute path. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: Platform;
  readonly cacheFrom: readonly string[];
  /** How many tagged images the repository keeps. */
  readonly retention: number;
  readonly kmsKeyArn: string | undefined;
}

export interface ClusterConfig {
  /** The name of an existing cluster; undefined: make one. */
  readonly existing: string | undefined;
  readonly launchType: LaunchType;
  /** A capacity provider of the existing cluster. */
  readonly capacityProvider: string | undefined;
  readonly instanceType: string;
  readonly instanceMaxCount: number;
  readonly containerInsights: "disabled" | "enabled" | "enhanced";
}

export interface DatabaseEgress {
  readonly securityGroup: string | undefined;
  readonly cidr: string | undefined;
  readonly port: number;
}

export interface NetworkConfig {
  readonly mode: NetworkMode;
  readonly vpcId: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
  /** Makes a security group whose only ways out are the database and HTTPS. */
  readonly databaseEgress: DatabaseEgress | undefined;
}

export interface TaskConfig {
  /** CPU units. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly user: string;
  readonly readonlyRootFilesystem: boolean;
  readonly ulimits: readonly Ulimit[];
  readonly environment: Readonly<Record<string, string>>;
  /** As `secrets[].valueFrom` of a container definition takes it. */
  readonly databaseSecret: string;
  readonly databaseSecretKmsKeyArn: string | undefined;
}

export interface LogConfig {
  readonly group: string;
  readonly retentionDays: number;
  readonly kmsKeyArn: string | undefined;
}

export interface PipelineConfig {
  readonly sourceType: Exclude<SourceType, "NONE">;
  readonly sourceLocation: string;
  /** What a branch's name starts with, `stage/`. */
  readonly branchPrefix: string;
  readonly connectionArn: string | undefined;
  readonly createConnection: boolean;
  readonly webhook: boolean;
  readonly buildImage: string;
  readonly computeType: string;
  readonly timeoutMinutes: number;
  readonly queuedTimeoutMinutes: number;
  readonly stateBucket: string | undefined;
  readonly stateKeyArn: string | undefined;
}

export interface StackConfig {
  readonly application: string;
  readonly environment: string;
  readonly region: string;
  readonly production: boolean;
  readonly migrate: "auto" | "always" | "manual";
  readonly tags: Readonly<Record<string, string>>;
  readonly image: ImageConfig;
  readonly cluster: ClusterConfig;
  readonly network: NetworkConfig;
  readonly task: TaskConfig;
  readonly logs: LogConfig;
  readonly slackWebhookParameter: string | undefined;
  readonly slackWebhookKmsKeyArn: string | undefined;
  readonly pipeline: PipelineConfig | undefined;
  readonly permissionsBoundaryArn: string | undefined;
}

/** Where the program runs: the stack's name and the folder that holds Pulumi.yaml. */
export interface ConfigContext {
  readonly stack: string;
  readonly rootDirectory: string;
}

/**
 * The configuration of the stack that Pulumi is running.
 *
 * @throws {ConfigError} listing every problem
 */
export function loadConfig(): StackConfig {
  const values = new Map(Object.entries(pulumi.runtime.allConfig()));
  // Pulumi.yaml names this folder's index.ts as the program, so it lies above. Not pulumi.getRootDirectory(): language
  // hosts before 3.70 do not know it.
  const context = { stack: pulumi.getStack(), rootDirectory: join(import.meta.dirname, "..", "..") };
  return parseConfig(values, context);
}

/**
 * Checks and types a stack's configuration.
 *
 * @param values full keys (`ecs-migrate:cpu`, `aws:region`) and their text as Pulumi hands it over
 * @throws {ConfigError} listing every problem
 */
export function parseConfig(values: ReadonlyMap<string, string>, context: ConfigContext): StackConfig {
  const reader = new ConfigReader(values, context.stack);
  rejectUnknownKeys(reader, values);
  const environment = readEnvironment(reader, context.stack);
  const application = reader.requiredText("application", FORMS.application);
  const cluster = readCluster(reader);
  rejectCheckKeys(reader);
  const config: StackConfig = {
    application,
    environment,
    region: reader.requiredText("aws:region", FORMS.region),
    production: reader.flag("production"),
    migrate: reader.choice("migrate", ["auto", "always", "manual"]),
    tags: readTags(reader),
    image: readImage(reader, context.rootDirectory),
    cluster,
    network: readNetwork(reader, cluster),
    task: readTask(reader, environment, cluster.launchType),
    logs: readLogs(reader, application, environment),
    slackWebhookParameter: optional(reader.text("slackWebhookParameter", FORMS.parameterName)),
    slackWebhookKmsKeyArn: optional(reader.text("slackWebhookKmsKeyArn", ARN.kms)),
    pipeline: readPipeline(reader, environment),
    permissionsBoundaryArn: optional(reader.text("permissionsBoundaryArn", ARN.iam)),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/** The deploy reads these two before the program runs; here they are only checked, so that a preview tells as well. */
function rejectCheckKeys(reader: ConfigReader): void {
  reader.choice("checkDialect", DIALECTS);
  for (const rule of reader.texts("checkDisable")) {
    const problem = ruleProblem(rule);
    if (problem !== undefined) reader.reject("checkDisable", rule, problem);
  }
}

function rejectUnknownKeys(reader: ConfigReader, values: ReadonlyMap<string, string>): void {
  const known = new Set<string>(CONFIG_KEYS);
  for (const key of [...values.keys()].sort()) {
    const [namespace, name = ""] = key.split(":", 2);
    if (namespace !== CONFIG_NAMESPACE || known.has(name)) continue;
    reader.problems.push(`${key} is not a key of this project; remove it, or see Pulumi.yaml for the keys`);
  }
}

function readEnvironment(reader: ConfigReader, stack: string): string {
  if (!FORMS.environment.pattern.test(stack)) {
    reader.problems.push(
      `the stack's name is "${stack}", but it names every resource and must be ${FORMS.environment.is}; ` +
        "make one with `pulumi stack init <name>`",
    );
  }
  return stack;
}

function readTags(reader: ConfigReader): Record<string, string> {
  const tags = reader.textMap("tags");
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined)
    reader.reject("tags", reserved, "AWS keeps tag keys that start with aws: to itself");
  return tags;
}

function readImage(reader: ConfigReader, rootDirectory: string): ImageConfig {
  const appPath = resolve(rootDirectory, reader.text("appPath") || "app");
  const migrationsPath = resolve(appPath, reader.text("migrationsPath") || "resources/db/migrations");
  const dockerfile = join(appPath, reader.text("dockerfile") || "Dockerfile");
  checkAppFiles(reader, { appPath, migrationsPath, dockerfile });
  return {
    appPath,
    migrationsPath,
    dockerfile,
    target: optional(reader.text("dockerTarget")),
    buildArgs: reader.textMap("buildArgs"),
    platform: reader.choice("platform", ["linux/amd64", "linux/arm64"]),
    cacheFrom: reader.texts("imageCacheFrom"),
    retention: reader.integer("imageRetention", 2, 1000),
    kmsKeyArn: optional(reader.text("imageKmsKeyArn", ARN.kms)),
  };
}

function checkAppFiles(
  reader: ConfigReader,
  paths: Pick<ImageConfig, "appPath" | "migrationsPath" | "dockerfile">,
): void {
  if (!isDirectory(paths.appPath)) {
    reader.reject("appPath", paths.appPath, "there is no such folder");
    return;
  }
  if (!existsSync(paths.dockerfile)) reader.reject("dockerfile", paths.dockerfile, "there is no such file");
  if (!isDirectory(paths.migrationsPath)) {
    reader.reject("migrationsPath", paths.migrationsPath, "there is no such folder");
  }
}

function readCluster(reader: ConfigReader): ClusterConfig {
  const existing = optional(reader.text("cluster", FORMS.clusterName));
  const launchType = reader.choice("launchType", ["FARGATE", "EC2"]);
  const capacityProvider = optional(reader.text("capacityProvider"));
  if (capacityProvider !== undefined && existing === undefined) {
    reader.reject(
      "capacityProvider",
      capacityProvider,
      "only an existing cluster has one: give its name as cluster",
    );
  }
  if (capacityProvider !== undefined && launchType === "FARGATE") {
    reader.reject("capacityProvider", capacityProvider, "launchType FARGATE takes none");
  }
  return {
    existing,
    launchType,
    capacityProvider,
    instanceType: reader.text("instanceType", FORMS.instanceType) || "t3.small",
    instanceMaxCount: reader.integer("instanceMaxCount", 1, 100),
    containerInsights: reader.choice("containerInsights", ["disabled", "enabled", "enhanced"]),
  };
}

function readNetwork(reader: ConfigReader, cluster: ClusterConfig): NetworkConfig {
  const mode = reader.choice("networkMode", ["awsvpc", "bridge", "host"]);
  const network: NetworkConfig = {
    mode,
    vpcId: optional(reader.text("vpcId", FORMS.vpcId)),
    subnets: reader.texts("subnets", FORMS.subnetId),
    securityGroups: reader.texts("securityGroups", FORMS.securityGroupId),
    assignPublicIp: reader.flag("assignPublicIp"),
    databaseEgress: readDatabaseEgress(reader),
  };
  checkNetwork(reader, network, cluster);
  return network;
}

function readDatabaseEgress(reader: ConfigReader): DatabaseEgress | undefined {
  const securityGroup = optional(reader.text("databaseSecurityGroup", FORMS.securityGroupId));
  const cidr = optional(reader.text("databaseCidr", CIDR));
  const port = reader.integer("databasePort", 1, 65535);
  if (securityGroup === undefined && cidr === undefined) return undefined;
  return { securityGroup, cidr, port };
}

function checkNetwork(reader: ConfigReader, network: NetworkConfig, cluster: ClusterConfig): void {
  const { mode, vpcId, subnets, securityGroups, assignPublicIp, databaseEgress } = network;
  if (cluster.launchType === "FARGATE" && mode !== "awsvpc") {
    reader.reject("networkMode", mode, "Fargate knows awsvpc alone");
  }
  if (cluster.launchType === "EC2" && assignPublicIp) {
    reader.reject("assignPublicIp", true, "ECS gives a task a public address on Fargate alone");
  }
  if (usesDefaultVpc(network) && cluster.launchType === "FARGATE" && !assignPublicIp) {
    reader.reject(
      "assignPublicIp",
      false,
      "the default VPC's subnets reach ECR, SSM and the logs with a public address alone: make it true, or give vpcId or subnets",
    );
  }
  if (securityGroups.length > 0 && databaseEgress !== undefined) {
    reader.reject(
      "securityGroups",
      securityGroups,
      "databaseSecurityGroup or databaseCidr makes a group in their place: keep one of the two",
    );
  }
  if (databaseEgress !== undefined && subnets.length > 0 && vpcId === undefined) {
    reader.missing("vpcId", "the security group for the database is made in it");
  }
  if (securityGroups.length === 0 && databaseEgress === undefined && !usesDefaultVpc(network)) {
    reader.missing(
      "securityGroups",
      "with vpcId or subnets either it or databaseSecurityGroup or databaseCidr is needed",
    );
  }
}

function usesDefaultVpc(network: NetworkConfig): boolean {
  return network.vpcId === undefined && network.subnets.length === 0;
}

function readTask(reader: ConfigReader, environment: string, launchType: LaunchType): TaskConfig {
  const cpu = reader.integer("cpu", 128, 16384);
  const memory = reader.integer("memory", 64, 122880);
  if (launchType === "FARGATE") checkFargateSize(reader, cpu, memory);
  return {
    cpu,
    memory,
    user: readUser(reader),
    readonlyRootFilesystem: reader.flag("readonlyRootFilesystem"),
    ulimits: readUlimits(reader, launchType),
    environment: readEnvironmentVariables(reader),
    databaseSecret: reader.text("databaseSecret", FORMS.databaseSecret) || `/${environment}/migration`,
    databaseSecretKmsKeyArn: optional(reader.text("databaseSecretKmsKeyArn", ARN.kms)),
  };
}

function checkFargateSize(reader: ConfigReader, cpu: number, memory: number): void {
  if (!FARGATE_CPU.includes(cpu)) {
    reader.reject("cpu", cpu, `Fargate takes ${FARGATE_CPU.join(", ")}`);
  } else if (!fargateMemory(cpu).includes(memory)) {
    reader.reject("memory", memory, `Fargate with cpu ${cpu} takes ${describeFargateMemory(cpu)}`);
  }
}

function readUser(reader: ConfigReader): string {
  const user = reader.text("user", FORMS.user) || "65534:65534";
  if (/^(root|0)(:|$)/.test(user)) reader.reject("user", user, "the container must not run as root");
  return user;
}

function readUlimits(reader: ConfigReader, launchType: LaunchType): Ulimit[] {
  const shape = "a list of {name, softLimit, hardLimit}";
  const ulimits = reader.json("ulimits", shape, isUlimitList) ?? [];
  const refused = ulimits.find((ulimit) => launchType === "FARGATE" && ulimit.name !== "nofile");
  // ECS Developer Guide, "Fargate task definition parameters": nofile is the only limit that a Fargate task may override.
  if (refused) reader.reject("ulimits", refused.name, "Fargate takes nofile alone");
  const crossed = ulimits.find((ulimit) => ulimit.softLimit > ulimit.hardLimit);
  if (crossed) reader.reject("ulimits", crossed, "softLimit must not be above hardLimit");
  return ulimits;
}

function isUlimitList(value: unknown): value is Ulimit[] {
  return Array.isArray(value) && value.every(isUlimit);
}

function isUlimit(value: unknown): value is Ulimit {
  if (typeof value !== "object" || value === null) return false;
  const { name, softLimit, hardLimit } = value as Record<string, unknown>;
  return typeof name === "string" && Number.isInteger(softLimit) && Number.isInteger(hardLimit);
}

/** What the container is told by this program itself; a user's variable of the same name would be lost or break it. */
const RESERVED_VARIABLES = new Set(["ENV", "IMAGE", "MIGRATIONS_SHA256", "MIGRATION_DB"]);

function readEnvironmentVariables(reader: ConfigReader): Record<string, string> {
  const variables = reader.textMap("environmentVariables");
  for (const name of Object.keys(variables)) {
    if (RESERVED_VARIABLES.has(name))
      reader.reject("environmentVariables", name, "the program sets that one itself");
  }
  return variables;
}

function readLogs(reader: ConfigReader, application: string, environment: string): LogConfig {
  const retentionDays = reader.integer("logRetentionDays", 1, 3653);
  if (!LOG_RETENTION_DAYS.includes(retentionDays)) {
    reader.reject(
      "logRetentionDays",
      retentionDays,
      `CloudWatch Logs takes ${LOG_RETENTION_DAYS.join(", ")}`,
    );
  }
  return {
    group: reader.text("logGroup", FORMS.logGroup) || `/ecs/migration/${application}/${environment}`,
    retentionDays,
    kmsKeyArn: optional(reader.text("logKmsKeyArn", ARN.kms)),
  };
}

function readPipeline(reader: ConfigReader, environment: string): PipelineConfig | undefined {
  const sourceType = reader.choice("sourceType", [
    "NONE",
    "GITLAB",
    "GITLAB_SELF_MANAGED",
    "GITHUB",
    "CODECOMMIT",
    "S3",
  ]);
  if (sourceType === "NONE") return undefined;
  const connectionArn = optional(reader.text("connectionArn", ARN.connection));
  const pipeline: PipelineConfig = {
    sourceType,
    sourceLocation: reader.requiredText("sourceLocation", sourceLocationForm(sourceType)),
    branchPrefix: reader.text("branchPrefix", FORMS.branchPrefix) || `${environment}/`,
    connectionArn,
    createConnection: reader.flag("createConnection"),
    webhook: readWebhook(reader, sourceType, connectionArn),
    ...readBuild(reader),
    ...readState(reader),
  };
  if (isConnected(sourceType)) checkConnection(reader, pipeline);
  return pipeline;
}

function readState(reader: ConfigReader): Pick<PipelineConfig, "stateBucket" | "stateKeyArn"> {
  return {
    stateBucket: optional(reader.text("stateBucket", FORMS.bucket)),
    stateKeyArn: optional(reader.text("stateKeyArn", ARN.kms)),
  };
}

function readBuild(
  reader: ConfigReader,
): Pick<PipelineConfig, "buildImage" | "computeType" | "timeoutMinutes" | "queuedTimeoutMinutes"> {
  return {
    buildImage: reader.text("buildImage"),
    computeType: reader.text("buildComputeType", FORMS.computeType) || "BUILD_GENERAL1_SMALL",
    // AWS CodeBuild API reference, CreateProject: both timeouts may be 5 to 2160 and 5 to 480 minutes.
    timeoutMinutes: reader.integer("buildTimeoutMinutes", 5, 2160),
    queuedTimeoutMinutes: reader.integer("buildQueuedTimeoutMinutes", 5, 480),
  };
}

function readWebhook(
  reader: ConfigReader,
  sourceType: SourceType,
  connectionArn: string | undefined,
): boolean {
  const webhook = reader.choice("webhook", ["auto", "on", "off"]);
  if (webhook === "on" && !isConnected(sourceType)) {
    reader.reject("webhook", webhook, `sourceType ${sourceType} has none`);
  }
  // A connection that this stack has just made is pending until someone completes it in the console, and CodeBuild
  // cannot make a webhook over a pending connection.
  return webhook === "auto" ? isConnected(sourceType) && connectionArn !== undefined : webhook === "on";
}

function checkConnection(reader: ConfigReader, pipeline: PipelineConfig): void {
  if (pipeline.createConnection && pipeline.connectionArn !== undefined) {
    reader.reject("createConnection", true, "connectionArn names a connection already: keep one of the two");
  }
  if (!pipeline.createConnection && pipeline.connectionArn === undefined) {
    reader.missing(
      "connectionArn",
      `sourceType ${pipeline.sourceType} needs a CodeConnections connection (or createConnection: true)`,
    );
  }
  if (pipeline.createConnection && pipeline.sourceType === "GITLAB_SELF_MANAGED") {
    reader.reject(
      "createConnection",
      true,
      "a self-managed GitLab's connection needs a host: make it in the console",
    );
  }
}

/** Whether a source is reached through a CodeConnections connection. */
export function isConnected(sourceType: SourceType): sourceType is ConnectedSource {
  return sourceType === "GITLAB" || sourceType === "GITLAB_SELF_MANAGED" || sourceType === "GITHUB";
}

function sourceLocationForm(sourceType: SourceType) {
  return sourceType === "S3" ? FORMS.s3Object : FORMS.cloneUrl;
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
