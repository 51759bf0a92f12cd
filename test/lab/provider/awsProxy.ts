/**
 * A Pulumi provider that answers to the names of @pulumi/aws and has the Terraform AWS provider do the work, through
 * Pulumi's dynamic bridge. The engine starts it as `pulumi-resource-aws <engine address>`; without an address it waits for
 * engines that attach, one after the other (see sharedPlugins.ts).
 *
 * Environment: `ECS_MIGRATE_BRIDGE` and `ECS_MIGRATE_TERRAFORM_AWS`, the paths of the two binaries (the plugin's start
 * script sets them); `ECS_MIGRATE_AWS_PROXY_LOG`, a file to which each call is logged by method, token, status and time.
 */
import { appendFileSync } from "node:fs";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { endWithParent } from "../../../infra/image/provider/endWithParent.ts";
import { type Message, rewriteAnswer, rewriteRequest, tokenOf } from "./awsMessages.ts";
import { type Bridge, startBridge, UNLIMITED } from "./bridge.ts";
import { withProviderDefaults } from "./providerDefaults.ts";
import { withPulumiNames } from "./tokens.ts";
import { PLUGIN_VERSIONS } from "./versions.ts";

/** The proxy is parameterized by itself, and speaks the protocol of before the handshake. */
const NOT_OFFERED = new Set(["handshake", "parameterize"]);

type Call = ServerUnaryCall<Message, Message>;
type Handler = (call: Call, callback: sendUnaryData<Message>) => void;

/** Hands one method on to the bridge, names rewritten both ways. */
function forward(bridge: Bridge, method: string): Handler {
  const call = (request: Message, answered: (error: ServiceError | null, answer: Message) => void) =>
    (bridge.client as Message)[method](request, answered);
  return ({ request }, callback) => {
    const started = performance.now();
    const token = tokenOf(method, request);
    try {
      rewriteRequest(method, token, request);
      withProviderDefaults(method, request, process.env);
    } catch (error) {
      callback({ code: status.NOT_FOUND, details: (error as Error).message });
      return;
    }
    call(request, (error, answer) => {
      log(method, token, error?.code ?? status.OK, performance.now() - started);
      if (error !== null) return callback(readable(error));
      rewriteAnswer(method, token, answer);
      callback(null, answer);
    });
  };
}

/**
 * The error as the engine shall show it. The bridge ends the text with `: ` where Terraform gave no detail. The trailer
 * `grpc-status-details-bin`, where there is one, holds what the engine needs to keep a resource that was made only in
 * part, so the metadata goes on as well.
 */
function readable(error: ServiceError): Partial<ServiceError> {
  const text = (error.details || error.message).replace(/[:\s]+$/, "");
  return { code: error.code, details: withPulumiNames(text), metadata: error.metadata };
}

function getPluginInfo(_call: Call, callback: sendUnaryData<Message>): void {
  const info = new plugin.PluginInfo();
  info.setVersion(PLUGIN_VERSIONS.aws);
  callback(null, info);
}

function handlers(bridge: Bridge): Record<string, Handler> {
  const methods = Object.entries(
    provider.ResourceProviderService as Record<string, { responseStream: boolean }>,
  )
    .filter(([name, method]) => !method.responseStream && !NOT_OFFERED.has(name))
    .map(([name]) => [name, forward(bridge, name)] as const);
  return { ...Object.fromEntries(methods), getPluginInfo };
}

function log(method: string, token: string, code: number, ms: number): void {
  const file = process.env.ECS_MIGRATE_AWS_PROXY_LOG;
  if (file === undefined || file === "") return;
  appendFileSync(file, `${method} ${token || "-"} ${status[code] ?? code} ${Math.round(ms)}ms\n`);
}

/**
 * What is different with engines that attach. The Terraform provider takes its configuration once, so the answer to the
 * first serves all; an engine's end, which it announces by `cancel`, must not stop what another one does.
 */
function sharedHandlers(bridge: Bridge): Record<string, Handler> {
  const first = forward(bridge, "configure");
  let known: { readonly args: string; readonly answer: Message } | undefined;
  return {
    configure(call, callback) {
      const args = JSON.stringify(call.request.getArgs()?.toJavaScript());
      if (known?.args === args) return callback(null, known.answer);
      if (known !== undefined)
        return callback({
          code: status.FAILED_PRECONDITION,
          details: "The lab's aws plugin is shared: it takes one configuration.",
        });
      first(call, (error, answer) => {
        if (error === null && answer) known = { args, answer };
        callback(error, answer);
      });
    },
    cancel: (_call, callback) => callback(null, new empty.Empty()),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set; the plugin's start script sets it.`);
  return value;
}

async function main(): Promise<void> {
  endWithParent();
  const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
  const bridge = await startBridge(
    required("ECS_MIGRATE_BRIDGE"),
    required("ECS_MIGRATE_TERRAFORM_AWS"),
    engine,
  );
  const server = new Server(UNLIMITED);
  const shared = engine === "" ? sharedHandlers(bridge) : {};
  server.addService(provider.ResourceProviderService, { ...handlers(bridge), ...shared });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
  await bridge.ended;
  throw new Error("The dynamic bridge ended.");
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  process.exit();
});
