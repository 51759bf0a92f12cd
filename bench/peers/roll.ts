/** The roll of a deploy alone, as a process of its own: to IMAGE, until it is live. */
import { connectServices } from "../../automation/service/api.ts";
import { rollServices } from "../../automation/service/roll.ts";
import { systemClock } from "../../automation/task/clock.ts";

const { CLUSTER = "", SERVICE = "", IMAGE = "", AWS_REGION = "" } = process.env;
const [report] = await rollServices(
  {
    api: connectServices(AWS_REGION),
    clock: systemClock,
    say: (line) => process.stderr.write(`${line}\n`),
    ...{ image: IMAGE, source: null, repositoryUrl: "", isNewer: async () => false },
    ...{ parallel: false, timeoutMs: 300_000, signal: new AbortController().signal },
  },
  [{ cluster: CLUSTER, service: SERVICE, container: "app" }],
);
process.stdout.write(`verdict: exit code ${report?.kind === "live" ? 0 : 1}\n`);
