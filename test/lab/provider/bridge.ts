/** Starts the dynamic bridge and, through it, the Terraform AWS provider. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import http2 from "node:http2";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { terraformNames } from "./tokens.ts";

export type BridgeClient = InstanceType<typeof provider.ResourceProviderClient>;

export interface Bridge {
  readonly client: BridgeClient;
  /** Settles when the bridge has ended by itself. */
  readonly ended: Promise<void>;
}

/** gRPC's limit of 4 MB is too small for the schema of a whole provider. */
export const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * The bridge's error texts end with a space, and so does the header that carries them. HTTP/2 forbids that, Go lets it
 * through, and Node drops the header, so that all errors were empty. gRPC for Node has no setting for it.
 */
function acceptTrailingSpace(): void {
  const connect = http2.connect;
  const lenient = { strictFieldWhitespaceValidation: false };
  http2.connect = ((authority: string, options: http2.ClientSessionOptions) =>
    connect(authority, { ...options, ...lenient })) as typeof http2.connect;
}

/**
 * Runs its arguments in a process group of their own and kills the whole group when its own standard input closes,
 * that is when the process that started it has ended, however it ended. The Terraform provider is a grandchild that
 * the bridge leaves behind when it is killed.
 */
const SUPERVISOR = '"$@" </dev/null & exec >/dev/null; cat >/dev/null; kill -KILL 0';

/**
 * @param bridge path of the bridge's binary
 * @param terraformProvider path of the Terraform provider, whose file name must be `terraform-provider-aws`
 * @param engine address of the Pulumi engine's gRPC server, `host:port`, where the bridge logs; empty for engines that attach
 */
export async function startBridge(
  bridge: string,
  terraformProvider: string,
  engine: string,
): Promise<Bridge> {
  const child = spawn("sh", ["-c", SUPERVISOR, "sh", bridge, engine], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child.stdout, "close").then(() => undefined);
  const port = await Promise.race([once(lines, "line").then(([line]) => String(line)), ended]);
  if (port === undefined) throw new Error(`The dynamic bridge ${bridge} ended before it gave its port.`);
  child.stdout.resume();
  acceptTrailingSpace();
  const client = new provider.ResourceProviderClient(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
    UNLIMITED,
  );
  await parameterize(client, terraformProvider);
  return { client, ended };
}

async function parameterize(client: BridgeClient, terraformProvider: string): Promise<void> {
  const args = new messages.ParameterizeRequest.ParametersArgs();
  args.setArgsList([terraformProvider, "--include", terraformNames().join(",")]);
  const request = new messages.ParameterizeRequest();
  request.setArgs(args);
  await new Promise<void>((resolve, reject) => {
    client.parameterize(request, (error) => (error === null ? resolve() : reject(error)));
  });
}
