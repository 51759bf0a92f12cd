/** The requests that the local AWS recorded, by service, operation and parameters. */
import { readFileSync } from "node:fs";

export interface AwsRequest {
  /** The access key that signed it. */
  readonly key: string;
  /** As the signature names it: `ecs`, `logs`, `s3`. */
  readonly service: string;
  readonly region: string;
  readonly operation: string;
  /** The body of a JSON protocol, the form of a query protocol, bucket and key of S3. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Recorded {
  readonly key: string;
  readonly region: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly target: string;
  readonly type: string;
  /** Base64. */
  readonly body: string;
}

/** @param file as test/lab/aws/ministack/recorded_requests.py writes it */
export function readRequests(file: string): AwsRequest[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => requestOf(JSON.parse(line) as Recorded));
}

export function requestOf(recorded: Recorded): AwsRequest {
  const { key, region, service, target } = recorded;
  const body = Buffer.from(recorded.body, "base64").toString();
  if (service === "s3") return { key, region, service, ...s3Operation(recorded) };
  if (target !== "") {
    const params = body === "" ? {} : (JSON.parse(body) as Record<string, unknown>);
    return { key, region, service, operation: target.split(".").at(-1) ?? "", params };
  }
  if (recorded.type.startsWith("application/x-www-form-urlencoded")) {
    const { Action: operation = "", Version: _, ...params } = Object.fromEntries(new URLSearchParams(body));
    return { key, region, service, operation, params };
  }
  // A REST protocol (Lambda): the method and the path stand for the operation.
  return { key, region, service, operation: `${recorded.method} ${recorded.path}`, params: {} };
}

/** Path-style requests: `/bucket/key`. */
function s3Operation({ method, path, query }: Recorded): Pick<AwsRequest, "operation" | "params"> {
  const [, Bucket = "", ...rest] = path.split("/");
  const Key = decodeURIComponent(rest.join("/"));
  const params = Key === "" ? { Bucket } : { Bucket, Key };
  const [sub = ""] = query.split("&").map((pair) => pair.split("=")[0] ?? "");
  const onBucket = sub === "location" ? "GetBucketLocation" : "ListObjectsV2";
  const operations: Readonly<Record<string, string>> = {
    GET: Key === "" ? onBucket : "GetObject",
    HEAD: Key === "" ? "HeadBucket" : "HeadObject",
    PUT: Key === "" ? "CreateBucket" : "PutObject",
    DELETE: Key === "" ? "DeleteBucket" : "DeleteObject",
  };
  return { operation: operations[method] ?? `${method} ${path}`, params };
}
