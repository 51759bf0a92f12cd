/** The migration container, as RegisterTaskDefinition takes it. */
import {
  CONTAINER_NAME,
  LABEL,
  MIGRATOR_PATH,
  STOP_TIMEOUT_SECONDS,
  VARIABLE,
} from "../automation/contract/container.ts";
import type { ShippedMigration } from "../automation/contract/outputs.ts";
import type { DatabaseConfig, PartsDatabase } from "./config/database.ts";
import type { Ulimit } from "./config/task.ts";
import { secretOf } from "./policies/task.ts";

export interface ContainerDefinitionArgs {
  /** By digest. */
  readonly image: string;
  readonly environment: string;
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly database: DatabaseConfig;
  readonly user: string;
  readonly readonlyRootFilesystem: boolean;
  readonly ulimits: readonly Ulimit[];
  readonly logGroup: string;
  readonly region: string;
  readonly migrations: readonly ShippedMigration[];
  readonly migrationsSha256: string;
}

/**
 * @returns the `containerDefinitions` of the task definition as JSON text; the order of its keys is fixed and lists are
 * sorted, so that the same arguments never make a new revision
 */
export function containerDefinitions(args: ContainerDefinitionArgs): string {
  return JSON.stringify([migrationContainer(args)]);
}

/**
 * The container without its image and migrations: what a routine deploy may not change. It is a stack output, since a
 * preview does not know the text of a definition whose image is yet to be built.
 */
export function containerSettings(args: Omit<ContainerDefinitionArgs, ImageArgs>): Record<string, unknown> {
  return migrationContainer({ ...args, image: "", migrations: [], migrationsSha256: "" });
}

/** What follows from the image. */
type ImageArgs = "image" | "migrations" | "migrationsSha256";

/**
 * The container itself. `initProcessEnabled` stays off: the entry point is PID 1 and handles the signals itself.
 */
export function migrationContainer(args: ContainerDefinitionArgs) {
  return {
    name: CONTAINER_NAME,
    image: args.image,
    essential: true,
    entryPoint: [MIGRATOR_PATH],
    command: ["up"],
    user: args.user,
    readonlyRootFilesystem: args.readonlyRootFilesystem,
    stopTimeout: STOP_TIMEOUT_SECONDS,
    environment: environmentOf(args),
    ...secretsOf(args.database),
    dockerLabels: migrationLabels(args.migrations, args.migrationsSha256),
    logConfiguration: logConfiguration(args.logGroup, args.region, args.environment),
    ...(args.ulimits.length > 0 ? { ulimits: args.ulimits } : {}),
  };
}

function environmentOf(args: ContainerDefinitionArgs): { name: string; value: string }[] {
  const variables: Readonly<Record<string, string | undefined>> = {
    ...args.extraEnvironment,
    ...databaseVariables(args.database),
    [VARIABLE.environment]: args.environment,
    [VARIABLE.image]: args.image,
    [VARIABLE.migrationsSha256]: args.migrationsSha256,
    [VARIABLE.stopTimeout]: `${STOP_TIMEOUT_SECONDS}s`,
  };
  return Object.entries(variables)
    .flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function databaseVariables(database: DatabaseConfig): Record<string, string | undefined> {
  const { connection } = database;
  return {
    [VARIABLE.secretName]: secretOf(database),
    [VARIABLE.lockTimeout]: `${database.lockTimeout}s`,
    [VARIABLE.lockBudget]: `${database.lockBudget}s`,
    [VARIABLE.connectTimeout]: `${database.connectTimeout}s`,
    [VARIABLE.showErrorDetails]: database.showErrorDetails ? "true" : undefined,
    ...(connection.kind === "parts" ? partsVariables(connection) : {}),
  };
}

function partsVariables({ host, port, name, engine, params, credentials }: PartsDatabase) {
  return {
    [VARIABLE.host]: host,
    [VARIABLE.port]: String(port),
    [VARIABLE.name]: name,
    [VARIABLE.engine]: engine,
    [VARIABLE.params]: params || undefined,
    [VARIABLE.auth]: credentials.kind,
    [VARIABLE.user]: credentials.kind === "iam" ? credentials.user : undefined,
  };
}

/**
 * The whole URL, or single keys of the JSON secret: `<arn>:<key>:<version stage>:<version id>` (ECS Developer Guide, "Pass
 * Secrets Manager secrets through environment variables").
 */
function secretsOf({ connection }: DatabaseConfig): { secrets?: { name: string; valueFrom: string }[] } {
  if (connection.kind === "url") return { secrets: [{ name: VARIABLE.url, valueFrom: connection.secret }] };
  const { credentials } = connection;
  if (credentials.kind === "iam") return {};
  return {
    secrets: [
      { name: VARIABLE.user, valueFrom: `${credentials.secretArn}:username::` },
      { name: VARIABLE.password, valueFrom: `${credentials.secretArn}:password::` },
    ],
  };
}

/** Records on each revision which migrations it carries, so that an older one can be found by a version that it knows. */
function migrationLabels(
  migrations: readonly ShippedMigration[],
  migrationsSha256: string,
): Record<string, string> {
  return {
    [LABEL.migrations]: migrations.map((migration) => migration.version).join(","),
    [LABEL.migrationsSha256]: migrationsSha256,
  };
}

/**
 * `mode: blocking`: a migration's log is its evidence, so the container waits for CloudWatch Logs rather than drop
 * lines. Since June 2025 ECS's own default is non-blocking (ECS Developer Guide, awslogs log driver).
 */
function logConfiguration(logGroup: string, region: string, environment: string) {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroup,
      "awslogs-region": region,
      "awslogs-stream-prefix": environment,
      mode: "blocking",
    },
  };
}
