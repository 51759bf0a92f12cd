/** Whether a task in the stack's subnets reaches AWS, as far as routes and endpoints show. Pure. */
import type { Outputs } from "../contract/outputs.ts";
import type { NetworkFacts, SubnetFacts } from "./aws.ts";
import { type Diagnosis, ok, problem, warning } from "./diagnosis.ts";

const PART = "network";

/**
 * What Fargate pulls, reads and logs through where there is no way to the internet.
 * Source: "Amazon ECR interface VPC endpoints" and "Fargate" in the Amazon ECS Developer Guide. S3 is ECR's layers.
 */
function neededEndpoints(outputs: Outputs): string[] {
  const { databaseSecret } = outputs;
  const endpoints = ["ecr.api", "ecr.dkr", "s3", "logs"];
  if (databaseSecret === null) return endpoints;
  return [...endpoints, databaseSecret.includes(":secretsmanager:") ? "secretsmanager" : "ssm"];
}

/** One line a subnet. A route through a transit gateway or an appliance is trusted. */
export function judgeNetwork(facts: NetworkFacts, outputs: Outputs): Diagnosis[] {
  const { network } = outputs;
  if (network === null) return [];
  const found = new Map(facts.subnets.map((subnet) => [subnet.id, subnet]));
  return network.subnets.map((id) => {
    const subnet = found.get(id);
    if (!subnet)
      return problem(
        PART,
        `subnet ${id} does not exist`,
        "name the right subnets in the stack's configuration",
      );
    return judgeSubnet(subnet, facts, outputs, network.assignPublicIp);
  });
}

function judgeSubnet(
  subnet: SubnetFacts,
  facts: NetworkFacts,
  outputs: Outputs,
  publicIp: boolean,
): Diagnosis {
  const { id, freeAddresses } = subnet;
  if (freeAddresses === 0)
    return problem(PART, `subnet ${id} has no free address`, "free some, or name another subnet");
  const target = defaultRoute(subnet, facts);
  if (target?.startsWith("igw-")) {
    if (publicIp) return ok(PART, `subnet ${id} reaches AWS by a public address and ${target}`);
    return endpointsOr(subnet, facts, outputs, `subnet ${id} is public, and the task gets no public address`);
  }
  if (target !== undefined) return ok(PART, `subnet ${id} reaches AWS by ${target}`);
  return endpointsOr(subnet, facts, outputs, `subnet ${id} has no route to the internet`);
}

/** The subnet's own route table, or else the VPC's main one (Amazon VPC User Guide, "Subnet route tables"). */
function defaultRoute({ id, vpcId }: SubnetFacts, { routeTables }: NetworkFacts): string | undefined {
  const own = routeTables.find(({ subnets }) => subnets.includes(id));
  const table = own ?? routeTables.find((candidate) => candidate.main && candidate.vpcId === vpcId);
  return table?.defaultRoutes[0];
}

function endpointsOr(
  { id }: SubnetFacts,
  { endpoints }: NetworkFacts,
  outputs: Outputs,
  text: string,
): Diagnosis {
  const missing = neededEndpoints(outputs).filter(
    (service) => !endpoints.some((name) => name.endsWith(`.${outputs.region}.${service}`)),
  );
  if (missing.length === 0) return ok(PART, `subnet ${id} reaches AWS by VPC endpoints`);
  const fix = "give it a NAT gateway or the endpoints, or set ecs-migrate:assignPublicIp in a public subnet";
  const lacks = `${text}, and the VPC lacks the endpoint${missing.length === 1 ? "" : "s"} ${missing.join(", ")}`;
  // Routes do not show everything: a proxy, a prefix list or a narrower route may work too.
  return warning(PART, lacks, fix);
}
