/**
 * A stand-in for Pulumi's awsx plugin, which no package registry serves, as far as the program needs it: the component
 * `awsx.ecr.Repository` of awsx 3.9 without a lifecycle policy of its own.
 */
import type { RepositoryArgs } from "@pulumi/aws/ecr/repository.js";
import type * as sdk from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider/index.js";
import { deferUnusedOfPulumi } from "../../../automation/contract/pulumiSdk.ts";
import { endWithParent } from "../../../infra/image/provider/endWithParent.ts";
import { PLUGIN_VERSIONS } from "./versions.ts";

deferUnusedOfPulumi();
const pulumi = await import("@pulumi/pulumi");
const ecr = await import("@pulumi/aws/ecr/repository.js");

const COMPONENT = "awsx:ecr:Repository";

type Inputs = RepositoryArgs & { readonly lifecyclePolicy?: { readonly skip?: boolean } };

class Repository extends pulumi.ComponentResource {
  readonly repository: InstanceType<typeof ecr.Repository>;

  constructor(name: string, inputs: Inputs, options: sdk.ComponentResourceOptions) {
    super(COMPONENT, name, {}, options);
    const { lifecyclePolicy, ...args } = inputs;
    if (lifecyclePolicy?.skip !== true)
      throw new Error(
        `The lab's ${COMPONENT} makes no lifecycle policy: pass lifecyclePolicy: { skip: true }.`,
      );
    this.repository = new ecr.Repository(name.toLowerCase(), args, { parent: this });
    this.registerOutputs({ repository: this.repository });
  }
}

async function construct(
  name: string,
  type: string,
  inputs: sdk.Inputs,
  options: sdk.ComponentResourceOptions,
): Promise<provider.ConstructResult> {
  if (type !== COMPONENT) throw new Error(`The lab's awsx only has ${COMPONENT}, not ${type}.`);
  const made = new Repository(name, inputs as Inputs, options);
  return { urn: made.urn, state: { repository: made.repository, url: made.repository.repositoryUrl } };
}

endWithParent();
await provider.main({ version: PLUGIN_VERSIONS.awsx, construct }, process.argv.slice(2));
