/** The log groups. */
import { ARN, FORMS } from "./forms.ts";
import { LOG_RETENTION_DAYS } from "./logRetention.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const LOG_KEYS = ["logGroup", "logRetentionDays", "logKmsKeyArn"] as const;

export interface LogConfig {
  readonly group: string;
  readonly retentionDays: number;
  readonly kmsKeyArn: string | undefined;
}

export function readLogs(reader: ConfigReader, application: string, environment: string): LogConfig {
  const retentionDays = reader.integer("logRetentionDays", 1, 3653);
  if (!LOG_RETENTION_DAYS.includes(retentionDays)) {
    const rule = `CloudWatch Logs takes ${LOG_RETENTION_DAYS.join(", ")}`;
    reader.reject("logRetentionDays", retentionDays, rule);
  }
  return {
    group: reader.text("logGroup", FORMS.logGroup) || `/ecs/migration/${application}/${environment}`,
    retentionDays,
    kmsKeyArn: optional(reader.text("logKmsKeyArn", ARN.kms)),
  };
}
