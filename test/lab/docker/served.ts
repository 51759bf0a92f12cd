/** Whether a container that the local AWS started for an image of the application answers HTTP. */
import { tryCommand } from "../command.ts";
import type { Lab } from "../lab.ts";

export async function isServed(lab: Lab, image: string): Promise<boolean> {
  const url = await serverOf(lab, image);
  return url !== undefined && (await fetch(url)).ok;
}

/** Where a container of an image answers; undefined if none runs. */
export async function serverOf({ docker, ministack }: Lab, image: string): Promise<string | undefined> {
  const { stdout } = await tryCommand(docker.path, ["ps", "--quiet", "--no-trunc"]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return undefined;
  const format = "{{.Config.Image}} {{.NetworkSettings.IPAddress}} {{json .Config.Labels}}";
  const inspected = await tryCommand(docker.path, ["inspect", "--format", format, ...ids]);
  const found = inspected.stdout
    .split("\n")
    .find((line) => line.startsWith(`${image} `) && line.includes(ministack.instance));
  return found === undefined ? undefined : `http://${found.split(" ")[1]}:8080/healthz`;
}
