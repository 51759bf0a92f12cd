/**
 * The process of `npm run bootstrap`: a program of its own, since it runs before there is a stack, an output or a Pulumi
 * login for the others to read.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { awsErrorText } from "./aws/errors.ts";
import { connectState, findAccount } from "./bootstrap/aws.ts";
import {
  BOOTSTRAP_HELP,
  type BootstrapOptions,
  chooseApplication,
  chooseRegion,
  nextSteps,
  parseBootstrap,
  planState,
} from "./bootstrap/plan.ts";
import { BootstrapError, ensureState } from "./bootstrap/state.ts";
import { missingPackages } from "./cli/packages.ts";
import { EcsMigrateError, EXIT } from "./contract/errors.ts";
import { readStackFile, settingOf } from "./stack/settings.ts";

const { argv, env, stderr, stdout } = process;
const home = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string): void => void stderr.write(`${line}\n`);

const missing = missingPackages(import.meta.resolve, home);
if (missing !== undefined) {
  say(missing);
  process.exit(EXIT.usage);
}

try {
  const options = parseBootstrap(argv.slice(2));
  if (options === "help") stdout.write(BOOTSTRAP_HELP);
  else await bootstrap(options);
} catch (error) {
  if (!(error instanceof EcsMigrateError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}

async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { stack, dryRun } = options;
  const settings = readStackFile(home, stack);
  const application = chooseApplication(options, settings);
  const region = chooseRegion(options, env, settings);
  const account = await findAccount(region);
  const plan = planState(options, application, region, account);
  say(`State of ${application}'s stack ${stack}, account ${account.accountId}, ${region}`);
  const ensured = await ensure(plan, dryRun);
  if (ensured.changes === 0) say("Everything is there and right; nothing was changed");
  stdout.write(nextSteps(plan, ensured.keyArn, settingOf(settings, "aws:region")));
}

async function ensure(plan: ReturnType<typeof planState>, dryRun: boolean) {
  const api = await connectState(plan.region, plan.accountId);
  try {
    return await ensureState(api, plan, { dryRun, onChange: (line) => say(`  ${line}`) });
  } catch (error) {
    if (error instanceof EcsMigrateError) throw error;
    throw new BootstrapError(
      `The state of stack ${plan.stack} is not ready: ${awsErrorText(error)}; fix it and run the same command again, which goes on from here`,
      { cause: error },
    );
  }
}
