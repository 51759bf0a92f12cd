/** Whether a container that the local AWS started for an image of the application answers HTTP. */
import { tryCommand } from "../command.ts";
import type { Lab } from "../lab.ts";

export async function isServed(lab: Lab, image: string): Promise<boolean> {
  const [address] = await addresses(lab, image);
  if (address === undefined) return false;
  return (await fetch(`http://${address}:8080/healthz`)).ok;
}

/** Addresses of the containers that run an image. */
async function addresses({ docker, ministack }: Lab, image: string): Promise<string[]> {
  const { stdout } = await tryCommand(docker.path, ["ps", "--quiet", "--no-trunc"]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const format = "{{.Config.Image}} {{.NetworkSettings.IPAddress}} {{json .Config.Labels}}";
  const inspected = await tryCommand(docker.path, ["inspect", "--format", format, ...ids]);
  return inspected.stdout
    .split("\n")
    .filter((line) => line.startsWith(`${image} `) && line.includes(ministack.instance))
    .map((line) => line.split(" ")[1] ?? "");
}
