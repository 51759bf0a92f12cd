/** What each command that runs or follows a task begins with. */
import { loadClients } from "../aws.ts";
import type { Outputs } from "../outputs.ts";
import { type PulumiLocation, readOutputs } from "../stackOutputs.ts";

/** The Pulumi CLI answers while the clients load. */
export async function readOutputsAndLoad(location: PulumiLocation): Promise<Outputs> {
  const outputs = readOutputs(location);
  loadClients();
  return outputs;
}
