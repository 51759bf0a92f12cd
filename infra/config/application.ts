/** What the stack is called and who it belongs to. */
import { DIALECTS } from "../../automation/check/choices.ts";
import { mysqlVersionProblem, ruleProblem } from "../../automation/check/settings.ts";
import { FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const APPLICATION_KEYS = [
  "application",
  "production",
  "migrate",
  "checkDialect",
  "mysqlVersion",
  "checkDisable",
  "postgresVersion",
  "multiStatement",
  "tags",
] as const;

export interface ApplicationConfig {
  readonly application: string;
  /** The stack's name. */
  readonly environment: string;
  readonly region: string;
  readonly production: boolean;
  readonly migrate: "auto" | "always" | "manual";
  readonly tags: Readonly<Record<string, string>>;
}

export function readApplication(reader: ConfigReader, stack: string): ApplicationConfig {
  checkEnvironment(reader, stack);
  const application = reader.requiredText("application", FORMS.application);
  checkNamePrefix(reader, application, stack);
  checkKeysOfCheck(reader);
  return {
    application,
    environment: stack,
    region: reader.requiredText("aws:region", FORMS.region),
    production: reader.flag("production"),
    migrate: reader.choice("migrate", ["auto", "always", "manual"]),
    tags: readTags(reader),
  };
}

/** What the names of all resources start with. */
export function namePrefixOf({
  application,
  environment,
}: Pick<ApplicationConfig, "application" | "environment">) {
  return `${environment}-${application}`;
}

function checkEnvironment(reader: ConfigReader, stack: string): void {
  if (FORMS.environment.pattern.test(stack)) return;
  reader.problems.push(
    `the stack's name is "${stack}", but it starts every resource's name and must be ${FORMS.environment.is}; ` +
      "make one with `pulumi stack init <name>`",
  );
}

/** EC2 API reference, CreateSecurityGroup: a group's name "cannot start with sg-". */
function checkNamePrefix(reader: ConfigReader, application: string, stack: string): void {
  if (!namePrefixOf({ application, environment: stack }).startsWith("sg-")) return;
  reader.problems.push(
    `the stack's name is "${stack}", but it starts the security group's name, and EC2 refuses names that start with sg-; ` +
      "make another stack with `pulumi stack init <name>`",
  );
}

/** The deploy reads these before the program runs; here they are only checked, so that a preview reports them too. */
function checkKeysOfCheck(reader: ConfigReader): void {
  reader.choice("checkDialect", DIALECTS);
  reader.integer("postgresVersion", 9, 99);
  reader.flag("multiStatement");
  const version = optional(reader.text("mysqlVersion"));
  const wrong = mysqlVersionProblem(version);
  if (wrong !== undefined) reader.reject("mysqlVersion", version, wrong);
  for (const rule of reader.texts("checkDisable")) {
    const problem = ruleProblem(rule);
    if (problem !== undefined) reader.reject("checkDisable", rule, problem);
  }
}

/** AWS takes 50 tags on a resource; the program sets four, and ECS one more on the group of instances. */
const MOST_TAGS = 45;

/** Source: AWS General Reference, "Tag naming limits and requirements": the characters that all services take. */
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

function readTags(reader: ConfigReader): Record<string, string> {
  const tags = reader.textMap("tags");
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) {
    reader.rejectAs(
      "tags",
      `has ${entries.length} tags`,
      `AWS takes 50 on a resource and this project sets 5 of them: name ${MOST_TAGS} at most`,
    );
  }
  for (const [key, value] of entries) {
    const problem = tagProblem(key, value);
    if (problem !== undefined) reader.rejectAs("tags", `has "${key}": "${value}"`, problem);
  }
  return tags;
}

function tagProblem(key: string, value: string): string | undefined {
  if (key.toLowerCase().startsWith("aws:")) return "AWS keeps tag keys that start with aws: to itself";
  if (key.length < 1 || key.length > 128) return "a tag's key must have 1 to 128 characters";
  if (value.length > 256) return "a tag's value must have 256 characters at most";
  if (!TAG_CHARACTERS.test(key + value))
    return "tags may only hold letters, digits, spaces and the characters _ . : / = + - @";
  return undefined;
}
