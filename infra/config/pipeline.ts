/** The CodeBuild project that deploys the stack. */
import { ARN, FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const PIPELINE_KEYS = [
  "sourceType",
  "sourceLocation",
  "branchPrefix",
  "projectPath",
  "triggerPaths",
  "connectionArn",
  "createConnection",
  "webhook",
  "buildImage",
  "buildComputeType",
  "buildTimeoutMinutes",
  "buildQueuedTimeoutMinutes",
  "stateBucket",
  "stateUrl",
  "stateKeyArn",
  "reportRetentionDays",
] as const;

export type ConnectedSource = "GITLAB" | "GITLAB_SELF_MANAGED" | "GITHUB";
export type SourceType = "NONE" | "CODECOMMIT" | "S3" | ConnectedSource;

export interface PipelineConfig {
  readonly sourceType: Exclude<SourceType, "NONE">;
  readonly sourceLocation: string;
  /** What a branch's name starts with, `stage/`. */
  readonly branchPrefix: string;
  /** This project's folder from the repository's root, without slashes around it; empty: the root. */
  readonly projectPath: string;
  /** Folders from the repository's root: only a push that changes one of them starts a deploy. Empty: each push. */
  readonly triggerPaths: readonly string[];
  readonly connectionArn: string | undefined;
  readonly createConnection: boolean;
  readonly webhook: boolean;
  readonly buildImage: string;
  readonly computeType: string;
  readonly timeoutMinutes: number;
  readonly queuedTimeoutMinutes: number;
  readonly stateBucket: string | undefined;
  /** Pulumi's backend in full. */
  readonly stateUrl: string | undefined;
  readonly stateKeyArn: string | undefined;
  /** For how many days the reports of the builds are kept; 0: nothing in their bucket expires. */
  readonly reportRetentionDays: number;
}

/**
 * @param migrationTimeout seconds that the CLI waits for the migration and the services: the build takes longer
 * @returns undefined if the stack has no CodeBuild project
 */
export function readPipeline(
  reader: ConfigReader,
  environment: string,
  migrationTimeout: number,
): PipelineConfig | undefined {
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
    projectPath: reader.text("projectPath", FORMS.repositoryPath),
    triggerPaths: readTriggerPaths(reader, sourceType),
    connectionArn,
    createConnection: reader.flag("createConnection"),
    webhook: reader.flag("webhook") && isConnected(sourceType),
    buildImage: reader.text("buildImage"),
    computeType: reader.requiredText("buildComputeType", FORMS.computeType),
    timeoutMinutes: readTimeout(reader, migrationTimeout),
    // AWS CodeBuild API reference, CreateProject: 5 to 480 minutes.
    queuedTimeoutMinutes: reader.integer("buildQueuedTimeoutMinutes", 5, 480),
    stateBucket: optional(reader.text("stateBucket", FORMS.bucket)),
    stateUrl: optional(reader.text("stateUrl", FORMS.stateUrl)),
    stateKeyArn: optional(reader.text("stateKeyArn", ARN.kms)),
    reportRetentionDays: reader.integer("reportRetentionDays", 0, 3653),
  };
  if (isConnected(sourceType)) checkConnection(reader, pipeline);
  return pipeline;
}

/** Whether a source is reached through a CodeConnections connection. */
export function isConnected(sourceType: SourceType): sourceType is ConnectedSource {
  return sourceType === "GITLAB" || sourceType === "GITLAB_SELF_MANAGED" || sourceType === "GITHUB";
}

/** AWS CodeBuild API reference, CreateProject: timeoutInMinutes may be 5 to 2160. */
const LONGEST_BUILD_MINUTES = 2160;
/** What a build takes besides the migration: install, waiting for another deploy, image, `up`. */
const USUAL_BUILD_MINUTES = 30;
const LEAST_BUILD_MINUTES = 15;

/** If the build ended before the CLI, CodeBuild would run no post_build and the CLI could report nothing. */
function readTimeout(reader: ConfigReader, migrationTimeout: number): number {
  const migrationMinutes = Math.ceil(migrationTimeout / 60);
  const minutes = reader.integer("buildTimeoutMinutes", 0, LONGEST_BUILD_MINUTES);
  if (minutes === 0) {
    const computed = migrationMinutes + USUAL_BUILD_MINUTES;
    if (computed > LONGEST_BUILD_MINUTES) rejectMigrationTimeout(reader);
    return Math.min(computed, LONGEST_BUILD_MINUTES);
  }
  const least = migrationMinutes + LEAST_BUILD_MINUTES;
  if (minutes < least) {
    const rule = `the CLI waits ${migrationMinutes} minutes for the migration and the services (migrationTimeout, serviceTimeout) and must report before the build ends: make it ${least} or more, or 0 to have it computed`;
    reader.reject("buildTimeoutMinutes", minutes, rule);
  }
  return minutes;
}

function rejectMigrationTimeout(reader: ConfigReader): void {
  const most = LONGEST_BUILD_MINUTES - USUAL_BUILD_MINUTES;
  const rule = `a build may take ${LONGEST_BUILD_MINUTES} minutes, so the migration in it ${most}: make it ${most}m or less`;
  reader.reject("migrationTimeout", reader.text("migrationTimeout"), rule);
}

function readTriggerPaths(reader: ConfigReader, sourceType: SourceType): string[] {
  const paths = reader.texts("triggerPaths", FORMS.repositoryPath);
  if (paths.length > 0 && !isConnected(sourceType)) {
    const rule =
      sourceType === "CODECOMMIT"
        ? "CodeCommit's events do not name the changed files: leave it empty"
        : `sourceType ${sourceType} has no webhook: leave it empty`;
    reader.reject("triggerPaths", paths, rule);
  }
  return paths;
}

function checkConnection(reader: ConfigReader, pipeline: PipelineConfig): void {
  if (pipeline.createConnection && pipeline.connectionArn !== undefined) {
    reader.reject("createConnection", true, "connectionArn names a connection already: keep one of the two");
  }
  if (!pipeline.createConnection && pipeline.connectionArn === undefined) {
    const why = `sourceType ${pipeline.sourceType} needs a CodeConnections connection (or createConnection: true)`;
    reader.missing("connectionArn", why);
  }
  if (pipeline.createConnection && pipeline.sourceType === "GITLAB_SELF_MANAGED") {
    const rule = "a self-managed GitLab's connection needs a host: make it in the console";
    reader.reject("createConnection", true, rule);
  }
}

function sourceLocationForm(sourceType: SourceType) {
  return sourceType === "S3" ? FORMS.s3Object : FORMS.cloneUrl;
}
