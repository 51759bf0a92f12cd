/** A stack whose parts are all there; a test takes away what it is about. */
import type { DoctorApi, NetworkFacts } from "../../automation/doctor/aws.ts";

/** Two private subnets behind a NAT gateway. */
export const NETWORK: NetworkFacts = {
  subnets: [
    { id: "subnet-a", vpcId: "vpc-1", freeAddresses: 200 },
    { id: "subnet-b", vpcId: "vpc-1", freeAddresses: 200 },
  ],
  routeTables: [{ vpcId: "vpc-1", main: true, subnets: [], defaultRoutes: ["nat-1"] }],
  endpoints: [],
};

/** What was asked for, as `call argument`. */
export class FakeDoctor {
  readonly asked: string[] = [];
  readonly api: DoctorApi;

  constructor(changes: Partial<DoctorApi> = {}) {
    const answer =
      <T>(name: string, value: T) =>
      async (...args: unknown[]): Promise<T> => {
        this.asked.push([name, ...args.map(String)].join(" "));
        return value;
      };
    this.api = {
      imageExists: answer("imageExists", true),
      clusterStatus: answer("clusterStatus", "ACTIVE"),
      taskDefinition: answer("taskDefinition", { status: "ACTIVE", containers: ["migration"] }),
      runningTasks: answer("runningTasks", []),
      logGroupExists: answer("logGroupExists", true),
      parameterType: answer("parameterType", "SecureString"),
      secretExists: answer("secretExists", true),
      secretHasKey: answer("secretHasKey", true),
      network: answer("network", NETWORK),
      ...changes,
    };
  }
}
