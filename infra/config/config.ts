/**
 * The only reader of the stack's configuration: checks everything up front and reports every problem at once. It loads
 * nothing of Pulumi, since a deploy asks it before the engine is started (automation/stack/configProblems.ts).
 *
 * The keys are declared, typed and described in Pulumi.yaml, which also has every default; what Pulumi cannot check there
 * is checked here. Each group of keys has a file of its own in this folder.
 */
import { join } from "node:path";
import { VARIABLE } from "../../automation/contract/container.ts";
import { ConfigError } from "../../automation/contract/errors.ts";
import { APPLICATION_KEYS, type ApplicationConfig, namePrefixOf, readApplication } from "./application.ts";
import { CLUSTER_KEYS, type ClusterConfig, readCluster } from "./cluster.ts";
import { DATABASE_KEYS, type DatabaseConfig, defaultSecret, readDatabase } from "./database.ts";
import { ARN } from "./forms.ts";
import { IMAGE_KEYS, type ImageConfig, readImage } from "./image.ts";
import { LOG_KEYS, type LogConfig, readLogs } from "./logs.ts";
import { NETWORK_KEYS, type NetworkConfig, readNetwork } from "./network.ts";
import { PIPELINE_KEYS, type PipelineConfig, readPipeline } from "./pipeline.ts";
import { CONFIG_NAMESPACE, ConfigReader, optional } from "./reader.ts";
import { longestRoll, readServices, SERVICES_KEYS, type ServicesConfig } from "./services.ts";
import { readSlack, SLACK_KEYS, type SlackConfig } from "./slack.ts";
import { readTask, TASK_KEYS, type TaskConfig } from "./task.ts";

/** Every key of the project's own namespace; anything else there is a typing error. */
export const CONFIG_KEYS = [
  ...APPLICATION_KEYS,
  ...IMAGE_KEYS,
  ...CLUSTER_KEYS,
  ...NETWORK_KEYS,
  ...DATABASE_KEYS,
  ...TASK_KEYS,
  ...SERVICES_KEYS,
  ...SLACK_KEYS,
  ...LOG_KEYS,
  ...PIPELINE_KEYS,
  "permissionsBoundaryArn",
] as const;

export interface StackConfig extends ApplicationConfig {
  readonly image: ImageConfig;
  readonly cluster: ClusterConfig;
  readonly network: NetworkConfig;
  readonly database: DatabaseConfig;
  readonly task: TaskConfig;
  readonly services: ServicesConfig;
  readonly slack: SlackConfig | undefined;
  readonly logs: LogConfig;
  readonly pipeline: PipelineConfig | undefined;
  readonly permissionsBoundaryArn: string | undefined;
}

/**
 * Pulumi.yaml names infra/index.ts as the program, so the project's folder lies above. Not getRootDirectory(): language
 * hosts before 3.70 do not know it.
 */
export const ROOT = join(import.meta.dirname, "..", "..");

/** Where the program runs: the stack's name and the folder that holds Pulumi.yaml. */
export interface ConfigContext {
  readonly stack: string;
  readonly rootDirectory: string;
}

/**
 * Checks and types a stack's configuration.
 *
 * @param values full keys (`ecs-migrate:cpu`, `aws:region`) and their text as Pulumi hands it over, defaults included
 * @throws {ConfigError} listing every problem
 */
export function parseConfig(values: ReadonlyMap<string, string>, context: ConfigContext): StackConfig {
  const reader = new ConfigReader(values, context.stack);
  rejectUnknownKeys(reader, values);
  const config = readConfig(reader, context);
  checkTimeouts(reader, config);
  const problems = [...new Set(reader.problems)];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readConfig(reader: ConfigReader, { stack, rootDirectory }: ConfigContext): StackConfig {
  const application = readApplication(reader, stack);
  const cluster = readCluster(reader, namePrefixOf(application));
  const database = readDatabase(reader, defaultSecret(application.application, stack));
  const task = readTask(reader, cluster.launchType, RESERVED_VARIABLES);
  const image = readImage(reader, rootDirectory);
  const services = readServices(reader, { namePrefix: namePrefixOf(application), cluster, image });
  return {
    ...application,
    image,
    cluster,
    network: readNetwork(reader, cluster, database.port),
    database,
    task,
    services,
    slack: readSlack(reader),
    logs: readLogs(reader, application.application, stack),
    pipeline: readPipeline(reader, stack, task.timeout + longestRoll(services)),
    permissionsBoundaryArn: optional(reader.text("permissionsBoundaryArn", ARN.iam)),
  };
}

/** What the program sets itself. An image may keep its SQL elsewhere, so that one variable stays the user's. */
const RESERVED_VARIABLES = Object.values(VARIABLE).filter((name) => name !== VARIABLE.migrationsPath);

function rejectUnknownKeys(reader: ConfigReader, values: ReadonlyMap<string, string>): void {
  const known = new Set<string>(CONFIG_KEYS);
  for (const key of [...values.keys()].sort()) {
    const [namespace, name = ""] = key.split(":", 2);
    if (namespace !== CONFIG_NAMESPACE || known.has(name)) continue;
    reader.problems.push(`${key} is not a key of this project; remove it, or see Pulumi.yaml for the keys`);
  }
}

/** What the migrator itself waits for ends before the CLI gives up on it. */
function checkTimeouts(reader: ConfigReader, { database, task }: StackConfig): void {
  const waits = database.connectTimeout + database.lockBudget;
  if (task.timeout > waits) return;
  const rule = `the migrator itself may wait ${waits} s (connectTimeout and lockBudget): make it longer than that`;
  reader.reject("migrationTimeout", reader.text("migrationTimeout"), rule);
}
