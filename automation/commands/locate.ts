/** What each command that runs or follows a task begins with. */
import { loadClients } from "../aws/clients.ts";
import type { Outputs } from "../contract/outputs.ts";
import { type PulumiLocation, readOutputs } from "../stack/pulumiCli.ts";

/** The Pulumi CLI answers while the clients load. */
export async function readOutputsAndLoad(location: PulumiLocation): Promise<Outputs> {
  const outputs = readOutputs(location);
  loadClients();
  return outputs;
}
