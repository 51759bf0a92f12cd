/**
 * How the migrator gets to the database: by a URL that is a secret as a whole, or by host, port and name with credentials
 * beside them.
 */
import { ARN, FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const DATABASE_KEYS = [
  "databaseSecret",
  "databaseSecretKmsKeyArn",
  "databaseHost",
  "databasePort",
  "databaseName",
  "databaseEngine",
  "databaseParams",
  "databaseAuth",
  "databaseCredentialsSecret",
  "databaseUser",
  "databaseResourceId",
  "lockTimeout",
  "lockBudget",
  "connectTimeout",
  "showErrorDetails",
] as const;

export type DatabaseEngine = "postgres" | "mysql";

/** The whole URL is the secret. */
export interface UrlDatabase {
  readonly kind: "url";
  /** As `secrets[].valueFrom` of a container definition takes it. */
  readonly secret: string;
}

/** Host, port and name are configuration; only the credentials are secret. */
export interface PartsDatabase {
  readonly kind: "parts";
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly engine: DatabaseEngine;
  /** The part of a URL after its question mark; may be empty. */
  readonly params: string;
  readonly credentials: Credentials;
}

export type Credentials =
  /** ARN of a Secrets Manager secret with the keys `username` and `password`, as RDS makes them. */
  | { readonly kind: "password"; readonly secretArn: string }
  /** The container makes a token under the task's role. */
  | { readonly kind: "iam"; readonly user: string; readonly resourceId: string };

export interface DatabaseConfig {
  readonly connection: UrlDatabase | PartsDatabase;
  /** KMS key of the secret, whichever it is. */
  readonly secretKmsKeyArn: string | undefined;
  /** The database's port as the security groups must know it. */
  readonly port: number;
  /** Seconds that a statement waits for a lock; 0: without limit. */
  readonly lockTimeout: number;
  /** Seconds that all attempts of one file may take. */
  readonly lockBudget: number;
  /** Seconds to wait for a database that is not up yet. */
  readonly connectTimeout: number;
  readonly showErrorDetails: boolean;
}

const DEFAULT_PORT: Readonly<Record<DatabaseEngine, number>> = { postgres: 5432, mysql: 3306 };

/** The parameter that a stack reads if its file names no secret: two applications of an account never share it. */
export function defaultSecret(application: string, environment: string): string {
  return `/${application}/${environment}/migration`;
}

/**
 * The default before it carried the application's name, if the stack still reads it and its file names nothing else: a
 * stack keeps its database. Pure.
 *
 * @param outputs the stack's own, as deployed
 */
export function earlierDefault(
  values: ReadonlyMap<string, string>,
  environment: string,
  outputs: Readonly<Record<string, unknown>>,
): string | undefined {
  if (values.get("ecs-migrate:databaseSecret") || values.get("ecs-migrate:databaseHost")) return undefined;
  const earlier = `/${environment}/migration`;
  return outputs.databaseSecret === earlier ? earlier : undefined;
}

/** @param byDefault the secret of a stack that names none */
export function readDatabase(reader: ConfigReader, byDefault: string): DatabaseConfig {
  const engine = reader.choice("databaseEngine", ["postgres", "mysql"]);
  const port = reader.integer("databasePort", 0, 65535) || DEFAULT_PORT[engine];
  return {
    connection: readConnection(reader, byDefault, engine, port),
    secretKmsKeyArn: optional(reader.text("databaseSecretKmsKeyArn", ARN.kms)),
    port,
    lockTimeout: reader.seconds("lockTimeout", 0, 3600),
    lockBudget: reader.seconds("lockBudget", 0, 86_400),
    connectTimeout: reader.seconds("connectTimeout", 0, 3600),
    showErrorDetails: reader.flag("showErrorDetails"),
  };
}

function readConnection(
  reader: ConfigReader,
  byDefault: string,
  engine: DatabaseEngine,
  port: number,
): UrlDatabase | PartsDatabase {
  const secret = reader.text("databaseSecret", FORMS.databaseSecret);
  const host = reader.text("databaseHost", FORMS.host);
  const auth = reader.choice("databaseAuth", ["password", "iam"]);
  if (host === "") {
    rejectPartsWithoutHost(reader);
    return { kind: "url", secret: secret || byDefault };
  }
  if (secret !== "") {
    const rule = "databaseHost gives the database by its parts: keep one of the two";
    reader.reject("databaseSecret", secret, rule);
  }
  return {
    kind: "parts",
    host,
    port,
    name: reader.requiredText("databaseName", FORMS.databaseName),
    engine,
    params: reader.text("databaseParams", FORMS.databaseParams),
    credentials: auth === "iam" ? readIam(reader) : readPassword(reader),
  };
}

/** Keys that mean nothing while the database is given by its URL. */
function rejectPartsWithoutHost(reader: ConfigReader): void {
  for (const key of ["databaseName", "databaseParams", "databaseCredentialsSecret", "databaseUser"]) {
    const value = reader.text(key);
    if (value !== "") reader.reject(key, value, "it only counts together with databaseHost");
  }
}

function readPassword(reader: ConfigReader): Credentials {
  rejectKeys(reader, ["databaseUser", "databaseResourceId"], "databaseAuth iam");
  return { kind: "password", secretArn: reader.requiredText("databaseCredentialsSecret", ARN.secret) };
}

function readIam(reader: ConfigReader): Credentials {
  rejectKeys(reader, ["databaseCredentialsSecret"], "databaseAuth password");
  return {
    kind: "iam",
    user: reader.requiredText("databaseUser", FORMS.databaseUser),
    resourceId: reader.requiredText("databaseResourceId", FORMS.databaseResourceId),
  };
}

function rejectKeys(reader: ConfigReader, keys: readonly string[], wanted: string): void {
  for (const key of keys) {
    const value = reader.text(key);
    if (value !== "") reader.reject(key, value, `it only counts with ${wanted}`);
  }
}
