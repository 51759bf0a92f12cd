/** Which subnets of a VPC are private, by their route tables. Pure. */

/** A route table as `aws.ec2.getRouteTable` gives it; only what is read here. */
export interface RouteTable {
  readonly associations: readonly { readonly main: boolean; readonly subnetId: string }[];
  readonly routes: readonly { readonly cidrBlock: string; readonly gatewayId: string }[];
}

/**
 * `public`: its default route leads to an internet gateway. `private`: it leads elsewhere, to a NAT gateway, a transit
 * gateway or an appliance. `isolated`: there is none. Source: Amazon VPC User Guide, "Subnet types".
 */
export type SubnetKind = "public" | "private" | "isolated";

/** What a subnet does not name itself, it takes from the VPC's main table (Amazon VPC User Guide, "Subnet route tables"). */
export function subnetKind(subnetId: string, tables: readonly RouteTable[]): SubnetKind {
  const own = tables.find(({ associations }) =>
    associations.some((association) => association.subnetId === subnetId),
  );
  const table = own ?? tables.find(({ associations }) => associations.some(({ main }) => main));
  const route = table?.routes.find(({ cidrBlock }) => cidrBlock === "0.0.0.0/0");
  if (route === undefined) return "isolated";
  return route.gatewayId.startsWith("igw-") ? "public" : "private";
}

export interface SubnetChoice {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly tables: readonly RouteTable[];
  readonly assignPublicIp: boolean;
  /** How many RunTask takes. */
  readonly most: number;
}

/**
 * The subnets for the task: with a public address the public ones, without one the private ones. Sorted, as AWS promises no
 * order and a new order would be a difference.
 *
 * @returns the ids, or why there is none as one sentence
 */
export function chooseSubnets(choice: SubnetChoice): { ids: string[] } | { problem: string } {
  const { vpcId, tables, assignPublicIp, most } = choice;
  const wanted: SubnetKind = assignPublicIp ? "public" : "private";
  const kinds = Map.groupBy(choice.subnetIds, (id) => subnetKind(id, tables));
  const ids = kinds.get(wanted) ?? [];
  if (ids.length > 0) return { ids: [...ids].sort().slice(0, most) };
  const others = [...kinds].map(([kind, found]) => `${found.length} ${kind}`);
  const found = others.length === 0 ? "it has none at all" : `it has ${others.sort().join(" and ")}`;
  const hint = assignPublicIp
    ? "public: with a route to an internet gateway, as assignPublicIp needs"
    : "private: with a default route, but not to an internet gateway";
  return {
    problem:
      `${vpcId} has no ${wanted} subnet (${hint}); ${found}. ` +
      "Name the task's subnets as ecs-migrate:subnets in Pulumi.<stack>.yaml: public ones need assignPublicIp, isolated ones VPC endpoints",
  };
}
