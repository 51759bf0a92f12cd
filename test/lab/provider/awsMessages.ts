/** Rewrites the provider protocol's messages on their way between the engine and the bridge. */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { withArchiveFiles } from "./archives.ts";
import {
  fromBridge,
  inputsToBridge,
  type Properties,
  pathFromBridge,
  pathToBridge,
  stateToBridge,
} from "./shapes.ts";
import { bridgedFunction, bridgedType, bridgedUrn, typeOfUrn } from "./tokens.ts";

/** A protobuf message, of which only the accessors named below are used. */
// biome-ignore lint/suspicious/noExplicitAny: the generated accessors are reached by name, one table for all messages
export type Message = any;

interface Fields {
  readonly inputs?: readonly string[];
  readonly state?: readonly string[];
  readonly answer?: readonly string[];
}

/** Which fields of each method's request hold inputs and which hold state, and those of its answer. */
const FIELDS: Readonly<Record<string, Fields>> = {
  check: { inputs: ["Olds", "News"], state: ["OldOutputs"], answer: ["Inputs"] },
  diff: { inputs: ["News", "OldInputs"], state: ["Olds"] },
  create: { inputs: ["Properties"], answer: ["Properties"] },
  read: { inputs: ["Inputs"], state: ["Properties"], answer: ["Properties", "Inputs"] },
  update: { inputs: ["News", "OldInputs"], state: ["Olds"], answer: ["Properties"] },
  delete: { inputs: ["OldInputs"], state: ["Properties"] },
  invoke: { inputs: ["Args"], answer: ["Return"] },
};

/** The token of @pulumi/aws that a request is about, or "" where it is about the provider itself. */
export function tokenOf(method: string, request: Message): string {
  if (method === "invoke") return request.getTok();
  const type = method in FIELDS ? typeOfUrn(request.getUrn()) : "";
  return type.startsWith("aws:") ? type : "";
}

/** Rewrites a request in place. @throws {UnknownTokenError} */
export function rewriteRequest(method: string, token: string, request: Message): void {
  if (token === "") return;
  if (method === "invoke") request.setTok(bridgedFunction(token));
  else {
    request.setUrn(bridgedUrn(request.getUrn()));
    if (request.getType() !== "") request.setType(bridgedType(token));
  }
  const fields = FIELDS[method] ?? {};
  for (const field of fields.inputs ?? [])
    rewrite(request, field, (value) => inputsToBridge(token, withArchiveFiles(value)));
  for (const field of fields.state ?? []) rewrite(request, field, (value) => stateToBridge(token, value));
  if (method === "diff" || method === "update") {
    const paths: string[] = request.getIgnorechangesList();
    request.setIgnorechangesList(paths.map((path) => pathToBridge(token, path)));
  }
}

/** Rewrites an answer in place. */
export function rewriteAnswer(method: string, token: string, answer: Message): void {
  if (token === "") return;
  for (const field of FIELDS[method]?.answer ?? [])
    rewrite(answer, field, (value) => fromBridge(token, value));
  if (method === "diff") rewriteDiff(token, answer);
  if (method === "check") {
    for (const failure of answer.getFailuresList())
      failure.setProperty(pathFromBridge(token, failure.getProperty()));
  }
}

function rewriteDiff(token: string, answer: Message): void {
  for (const list of ["Replaces", "Stables", "Diffs"]) {
    const paths: string[] = answer[`get${list}List`]();
    answer[`set${list}List`](paths.map((path) => pathFromBridge(token, path)));
  }
  const details = answer.getDetaileddiffMap();
  for (const [path, change] of details.toArray().map(([key]: [string]) => [key, details.get(key)])) {
    const renamed = pathFromBridge(token, path);
    if (renamed === path) continue;
    details.del(path);
    details.set(renamed, change);
  }
}

function rewrite(message: Message, field: string, change: (value: Properties) => Properties): void {
  const value: struct.Struct | undefined = message[`get${field}`]();
  if (value === undefined) return;
  message[`set${field}`](struct.Struct.fromJavaScript(change(value.toJavaScript() as Properties)));
}
