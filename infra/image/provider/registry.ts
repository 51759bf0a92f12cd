/** Amazon ECR as the provider asks it. */
import { DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { ImageError, type Registry } from "./imageMaker.ts";

/** DescribeImages answers so where a tag or its repository does not exist (ECR API reference, DescribeImages). */
const MISSING = new Set(["ImageNotFoundException", "RepositoryNotFoundException"]);

export class EcrRegistry implements Registry {
  readonly #client: Pick<ECRClient, "send">;

  /** @param client in place of one for the region under the default credentials */
  constructor(region: string, client: Pick<ECRClient, "send"> = new ECRClient({ region })) {
    this.#client = client;
  }

  async digestOf(repositoryUrl: string, tag: string): Promise<string | undefined> {
    const repositoryName = repositoryUrl.slice(repositoryUrl.indexOf("/") + 1);
    try {
      const question = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: tag }] });
      return (await this.#client.send(question)).imageDetails?.[0]?.imageDigest;
    } catch (error) {
      if (error instanceof Error && MISSING.has(error.name)) return undefined;
      throw failure(`ECR did not say whether ${repositoryName} has the image ${tag}`, error);
    }
  }

  async login(): Promise<string> {
    try {
      const { authorizationData } = await this.#client.send(new GetAuthorizationTokenCommand({}));
      const token = authorizationData?.[0]?.authorizationToken;
      if (token === undefined) throw new Error("the answer has no token");
      return token;
    } catch (error) {
      throw failure("ECR gave no login for docker push", error);
    }
  }
}

function failure(what: string, cause: unknown): ImageError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new ImageError(`${what} (${reason}).`, { cause });
}
