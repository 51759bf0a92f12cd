import assert from "node:assert/strict";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { parseConfig, type StackConfig } from "../../../infra/config/config.ts";
import { CHECKOUT, configOf } from "../../support/stackConfig.ts";

export function parse(settings: Readonly<Record<string, unknown>>, stack = "stage"): StackConfig {
  const values = new Map(Object.entries(configOf(settings)));
  return parseConfig(values, { stack, rootDirectory: CHECKOUT });
}

/** Every problem, without the command that all of them end with. */
export function problemsOf(settings: Readonly<Record<string, unknown>>, stack = "stage"): string[] {
  try {
    parse(settings, stack);
  } catch (error) {
    assert(error instanceof ConfigError);
    return error.problems.map((problem) => problem.split("; set it in ")[0] ?? "");
  }
  return [];
}

/** A database by its parts, with the secret that RDS makes. */
export const RDS = {
  databaseHost: "shop.cluster-0a.ap-northeast-1.rds.amazonaws.com",
  databaseName: "shop",
  databaseCredentialsSecret: "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:rds!db-0a1b-AbCdEf",
};
