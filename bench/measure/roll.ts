/** A service to another image until it is live, against `aws ecs update-service` and `aws ecs wait services-stable`. */
import { resolve } from "node:path";
import { CreateServiceCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { BenchStack } from "../benchStack.ts";
import { compete, peerEnvironment, VERDICT } from "../contestant.ts";
import { type Figure, median, secondsText } from "../figures.ts";

interface Roll {
  readonly ms: number;
  /** API calls. */
  readonly calls: number;
}

export interface RollSamples {
  readonly ours: readonly Roll[];
  readonly bare: readonly Roll[];
}

const SERVICE = "bench-roll";

/** Both start as processes; ours goes forward to the stack's image, the AWS CLI back to the first revision. */
export async function measureRoll(
  bench: BenchStack,
  rounds: number,
  say: (line: string) => void,
): Promise<RollSamples> {
  await makeService(bench);
  const peer = (file: string) => resolve(import.meta.dirname, "..", "peers", file);
  const env = {
    ...peerEnvironment(bench, "up"),
    ...{ SERVICE, IMAGE: bench.outputs.image, TASK_DEFINITION: `${SERVICE}:1` },
  };
  const once = async (name: string, command: string, file: string): Promise<Roll> => {
    const run = await compete(bench, { name, command, args: [peer(file)], verdict: VERDICT }, env);
    const roll = { ms: run.verdictAt - run.startedAt, calls: run.calls.length };
    say(`  ${name}: ${roll.ms} ms, ${roll.calls} calls`);
    return roll;
  };
  const ours: Roll[] = [];
  const bare: Roll[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await once("ecs-migrate", process.execPath, "roll.ts"));
    bare.push(await once("update-service, wait services-stable", "sh", "rollBare.sh"));
  }
  return { ours, bare };
}

async function makeService({ lab, outputs }: BenchStack): Promise<void> {
  const ecs = new ECSClient(lab.clientConfig);
  const { subnets = [], securityGroups = [] } = outputs.network ?? {};
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: SERVICE,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      ...{ cpu: "256", memory: "512" },
      containerDefinitions: [
        { name: "app", image: "ecs-migrate-lab/runtime:1", entryPoint: ["sleep"], command: ["3600"] },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster: outputs.clusterArn, serviceName: SERVICE, taskDefinition: SERVICE, desiredCount: 1 },
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
    }),
  );
  ecs.destroy();
}

/** Pure. */
export function rollFigures({ ours, bare }: RollSamples): Figure[] {
  const ms = (rolls: readonly Roll[]) => median(rolls.map((roll) => roll.ms));
  const calls = (rolls: readonly Roll[]) => median(rolls.map((roll) => roll.calls));
  return [
    {
      figure: `a service to another image, until it is live (${ours.length} rounds)`,
      measured: `${secondsText(ms(ours))}, ${calls(ours)} calls; the AWS CLI's update-service and wait services-stable ${secondsText(ms(bare))}, ${calls(bare)} calls`,
      goal: "at most 2 s longer than the AWS CLI",
      met: ms(ours) - ms(bare) < 2_000,
    },
  ];
}
