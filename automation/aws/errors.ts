/** Sorts the errors of AWS calls: the one place that reads their names, codes and status. */

/** What an AWS call's error is good for. */
type AwsErrorKind =
  | "throttled"
  | "server"
  | "network"
  /** Something between here and AWS answered in its place: a proxy's page, half an answer. */
  | "garbled"
  | "credentials"
  | "denied"
  | "missing"
  | "other";

/** An answer with status 200 that lacks what AWS always sends. */
export class GarbledAnswerError extends Error {
  constructor(api: string, field: string) {
    super(`the answer to ${api} has no ${field}, so it is not AWS's`);
    this.name = "GarbledAnswerError";
  }
}

/** How Node.js, libuv, llhttp and OpenSSL name what goes wrong below HTTP (Node.js, "Common system errors"; libuv, errors.h). */
const NETWORK_CODE =
  /^(ECONN\w+|E(HOST|NET)(UNREACH|DOWN|RESET)|EPIPE|EPROTO|ETIMEDOUT|ENOTFOUND|EAI_\w+|EADDRNOTAVAIL|EBUSY|UND_ERR_\w+|HPE_\w+|ERR_SSL_\w+|ERR_STREAM_\w+|ERR_SOCKET_\w+|ERR_HTTP2_\w+)$/;
const NETWORK_NAME = /^(TimeoutError|AbortError|NetworkingError)$/;
const CREDENTIALS_NAME =
  /Expired|UnrecognizedClient|InvalidClientToken|MissingAuthenticationToken|CredentialsProvider|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature/i;

/**
 * Sorts an error of the AWS SDK. What passes may work a moment later; the others stay as they are. A network error is
 * known by its code, which may be that of an inner error: a host with two addresses fails with an AggregateError.
 *
 * Source: "Common errors" of the Amazon ECS and CloudWatch Logs API references.
 */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const { name, status } = awsErrorFacts(error);
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/i.test(name)) return "throttled";
  if (CREDENTIALS_NAME.test(name)) return "credentials";
  if (/AccessDenied|Unauthorized|NotAuthorized|Forbidden/i.test(name)) return "denied";
  if (/ResourceNotFound|ParameterNotFound/i.test(name)) return "missing";
  if (NETWORK_NAME.test(name) || codesOf(error).some((code) => NETWORK_CODE.test(code))) return "network";
  if (isGarbled(error)) return "garbled";
  if ((status ?? 0) >= 500 || /ServerException|InternalFailure|InternalError|ServiceUnavailable/i.test(name))
    return "server";
  return "other";
}

/** True if the same call may work a moment later. */
export function isPassing(kind: AwsErrorKind): boolean {
  return kind === "throttled" || kind === "server" || kind === "network" || kind === "garbled";
}

/** The client faults of RunTask in ECS's model: with one of these ECS says that it did not carry the call out. */
const RUN_TASK_REFUSALS: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "BlockedException",
  "ClientException",
  "ClusterNotFoundException",
  "ConflictException",
  "InvalidParameterException",
  "PlatformTaskDefinitionIncompatibilityException",
  "PlatformUnknownException",
  "UnsupportedFeatureException",
]);

/**
 * The errors that AWS answers with before a service sees the call ("Common Error Types", Amazon ECS API reference).
 */
const COMMON_REFUSALS: ReadonlySet<string> = new Set([
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "NotAuthorized",
  "OptInRequired",
  "RequestExpired",
  "ThrottlingException",
  "UnrecognizedClientException",
  "ValidationError",
  "ValidationException",
]);

/**
 * True if AWS itself says that this one RunTask was not carried out. After anything else, such as a lost answer, a
 * proxy's page or a server error, a task may run.
 */
export function isRefusedByEcs(error: unknown): boolean {
  const { name, status } = awsErrorFacts(error);
  // Credentials that could not be had at all: nothing was sent.
  if (name === "CredentialsProviderError") return true;
  if (status === undefined || status < 400 || status >= 500) return false;
  return RUN_TASK_REFUSALS.has(name) || COMMON_REFUSALS.has(name);
}

/** An AWS error in one line: `AccessDeniedException: User … is not authorized …`. */
export function awsErrorText(error: unknown): string {
  const { name, message } = awsErrorFacts(error);
  return message && message !== name ? `${name}: ${message}` : name;
}

function awsErrorFacts(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const [code] = codesOf(error);
  const isPlain = error.name === "Error" || error.name === "AggregateError";
  const name = isPlain && code !== undefined ? code : error.name;
  const [message = ""] = (error.message || firstInner(error)?.message || "").split("\n");
  return { name, message, status: $metadata?.httpStatusCode };
}

function firstInner(error: Error): Error | undefined {
  return innerErrors(error)[0];
}

/** The errors of an AggregateError, and the cause. */
function innerErrors(error: unknown): Error[] {
  const { errors, cause } = error as { errors?: unknown; cause?: unknown };
  const inner = [...(Array.isArray(errors) ? errors : []), cause];
  return inner.filter((candidate) => candidate instanceof Error);
}

/** The error's own code, and those of the errors within it. */
function codesOf(error: unknown, depth = 3): string[] {
  if (!(error instanceof Error) || depth === 0) return [];
  const { code } = error as { code?: unknown };
  const inner = innerErrors(error).flatMap((candidate) => codesOf(candidate, depth - 1));
  return typeof code === "string" ? [code, ...inner] : inner;
}

/**
 * True if what came back is not in AWS's language. The SDK throws a SyntaxError for a body that is no JSON, and an error
 * named `Unknown` for one that names no error; both carry the status that was answered.
 */
function isGarbled(error: unknown): boolean {
  if (error instanceof GarbledAnswerError) return true;
  const { name, status } = awsErrorFacts(error);
  return status !== undefined && (name === "SyntaxError" || name === "Unknown" || name === "UnknownError");
}
