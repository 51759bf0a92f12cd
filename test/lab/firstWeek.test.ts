/**
 * A first week from the documents alone, in a folder of a monorepo: every command line that the README, the documents and the
 * messages print runs in a shell as it is printed, from the state's bucket to its key's deletion. What a person fills in or
 * answers is in {@link FILLED_IN}. The AWS CLI is version 1; awsCli2.test.ts has version 2.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { printedLines } from "../support/printedLines.ts";
import { REGION } from "./aws/ministack.ts";
import { putAwsCli } from "./awsCli.ts";
import { type CommandResult, command, tryCommand } from "./command.ts";
import { STEPS } from "./firstWeekSteps.ts";
import { type Lab, startLab } from "./lab.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");
/** What the README says to copy. */
const COPIED = ["automation", "infra", "migrator", "buildspec.yml", "package.json", "package-lock.json"];
const FILES = [...COPIED, "tsconfig.json", "Pulumi.yaml", "Pulumi.stage.yaml"];
const APP = "../../services/shop";
const MIGRATIONS = `${APP}/resources/db/migrations`;

describe("a first week", () => {
  let lab: Lab;
  let root: string;
  let project: string;
  let env: NodeJS.ProcessEnv;
  const facts = { keyArn: "", task: "" };

  before(async () => {
    const report = (line: string) => process.stderr.write(`${line}\n`);
    lab = await startLab({ report, sharedPlugins: true });
    const bin = join(lab.folder, "aws-cli");
    mkdirSync(bin);
    await putAwsCli(bin, report, lab.signal);
    const { PULUMI_CONFIG_PASSPHRASE: _, PULUMI_BACKEND_URL: __, ...rest } = lab.env;
    env = {
      ...rest,
      PATH: `${bin}:${lab.env.PATH ?? ""}`,
      XDG_STATE_HOME: join(lab.folder, "state-home"),
      COLUMNS: "80",
      // In GitLab's job and in GitHub's.
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
      GITHUB_BASE_REF: "main",
    };
    root = await monorepo(lab);
    project = join(root, "tools/ecs-migrate");
  });
  after(() => lab?.stop());

  /** What a person puts in place of the printed word, or answers. */
  const FILLED_IN = (): readonly [RegExp, string][] => [
    [/^npx ecs-migrate/, "node automation/main.ts"],
    [/^(pulumi (?:up|destroy|stack rm)\b)/, "$1 --yes"],
    [/\.\.\/shop\/db\/migrations/, MIGRATIONS],
    [/arn:aws:ecs:…:task\S+/, facts.task],
    [/<stateKeyArn of Pulumi\.stage\.yaml>/, facts.keyArn],
    [/<application>/, "shop"],
    [/postgres:\/\/migrator:…@db\.internal:5432\/shop/, lab.postgres.urlFromContainer],
    [/https:\/\/hooks\.slack\.com\/services\/…/, lab.slack.url],
  ];

  async function shell(line: string, exit = 0): Promise<CommandResult> {
    const typed = FILLED_IN().reduce((text, [word, value]) => text.replace(word, value), line);
    const started = performance.now();
    const result = await tryCommand("bash", ["-c", typed], { cwd: project, env });
    process.stderr.write(
      `  ${((performance.now() - started) / 1000).toFixed(1)} s  exit ${result.code}  ${line}\n`,
    );
    assert.equal(result.code, exit, `${typed}\n${result.stdout}${result.stderr}`);
    return result;
  }

  it("the state, the stack and the secrets, as the README and bootstrap say", async () => {
    const file = join(project, "Pulumi.stage.yaml");
    writeFileSync(file, filledIn(readFileSync(file, "utf8"), lab));
    const { stdout } = await shell("npm run --silent bootstrap -- --stack stage");
    facts.keyArn = /stateKeyArn: (\S+)/.exec(stdout)?.[1] ?? "";
    const [, backend = ""] = /export PULUMI_BACKEND_URL='([^']+)'/.exec(stdout) ?? [];
    // The lab's S3 is not where Pulumi would look.
    const url = `${backend}&endpoint=${lab.endpoint}&disable_https=true&use_path_style=true`;
    env = { ...env, PULUMI_BACKEND_URL: url };
    const lines = stdout.match(/^ {2}ecs-migrate:state\w+: .*$/gm) ?? [];
    assert.equal(lines.length, 2);
    const init = /^ {2}(\(cd .*)$/m.exec(stdout)?.[1] ?? "";
    const top = (await shell(init)).stdout;
    assert.match(top, /^secretsprovider: awskms:[^\n]+\nencryptedkey: \S+\n$/);
    const own = [...lines, `  ecs-migrate:stateUrl: ${url}`].join("\n");
    writeFileSync(file, top + readFileSync(file, "utf8").replace(/^config:$/m, `config:\n${own}`));
    for (const line of printedLines().keys()) if (line.startsWith("printf")) await shell(line);
  });

  it("every printed line does what its page says", async () => {
    for (const { line, exit, says } of STEPS) {
      const { stdout, stderr } = await shell(line, exit);
      if (says) assert.match(stdout + stderr, says, line);
      facts.task = /arn:aws:ecs:\S+:task\/\S+/.exec(stderr)?.[0] ?? facts.task;
      if (line.includes(" new ")) writeMigration(project, stdout);
    }
  });
});

/** `services/shop` and `tools/ecs-migrate` of one repository, whose main branch is its remote's too. */
async function monorepo(lab: Lab): Promise<string> {
  const root = join(lab.folder, "monorepo");
  const project = join(root, "tools/ecs-migrate");
  mkdirSync(project, { recursive: true });
  cpSync(join(CHECKOUT, "app"), join(root, "services/shop"), { recursive: true });
  for (const name of FILES) cpSync(join(CHECKOUT, name), join(project, name), { recursive: true });
  symlinkSync(join(CHECKOUT, "node_modules"), join(project, "node_modules"));
  const git = (...args: string[]) =>
    command("git", ["-c", "user.name=x", "-c", "user.email=x@localhost", ...args], { cwd: root });
  await git("init", "--quiet");
  writeFileSync(join(root, ".gitignore"), "node_modules\n");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "first");
  await git("update-ref", "refs/remotes/origin/main", "HEAD");
  return root;
}

/** The stack's file with every placeholder replaced; the local AWS has a default VPC only, and no webhooks. */
function filledIn(yaml: string, { images }: Lab): string {
  const args = {
    RUNTIME_IMAGE: images.runtime,
    BUILDER_IMAGE: images.builder,
    MIGRATOR_IMAGE: images.migrator,
  };
  const more = [
    "  ecs-migrate:projectPath: tools/ecs-migrate",
    "  ecs-migrate:assignPublicIp: true",
    `  ecs-migrate:buildArgs: ${JSON.stringify(args)}`,
  ];
  return yaml
    .replace(/"<your application, like shop>"/, "shop")
    .replace(/"\/<your application>\//, '"/shop/')
    .replace(/appPath: \S+/, `appPath: ${APP}`)
    .replace(/aws:region: \S+/, `aws:region: ${REGION}`)
    .replace(/sourceType: \S+/, "sourceType: S3")
    .replace(/sourceLocation: .*/, "sourceLocation: shop-source/source.zip")
    .replace(/^ {2}ecs-migrate:(vpcId|database\w+|connectionArn|stateBucket|stateKeyArn): .*\n/gm, "")
    .replace(/^config:$/m, `config:\n${more.join("\n")}`);
}

const LOCK = "SET LOCAL lock_timeout = '5s';\n";

/** Fills in what `new` made, by the paths that it printed. */
function writeMigration(project: string, printed: string): void {
  const [up = "", down = ""] = printed.trim().split("\n");
  writeFileSync(resolve(project, up), `${LOCK}ALTER TABLE products ADD COLUMN weight integer;\n`);
  writeFileSync(resolve(project, down), `${LOCK}ALTER TABLE products DROP COLUMN weight;\n`);
}
