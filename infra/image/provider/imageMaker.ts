/** Decides whether an image is built: only where its repository has no image of its content's tag. */

/** What an image is made from. The provider's inputs. */
export interface ImageInputs {
  /** `<host>/<repository>` */
  readonly repositoryUrl: string;
  /** Made from everything that decides what is in the image; the only input besides the repository that is compared. */
  readonly tag: string;
  readonly region: string;
  /** Absolute paths: the folder that is sent to the builder, and the Dockerfile. */
  readonly context: string;
  readonly dockerfile: string;
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly cacheFrom?: readonly string[];
}

/** The provider's outputs. */
export interface ImageState {
  readonly repositoryUrl: string;
  readonly tag: string;
  /** `sha256:…` */
  readonly digest: string;
  /** `<host>/<repository>@sha256:…` */
  readonly uri: string;
}

/** What the maker needs of ECR. */
export interface Registry {
  /** @returns the digest under which the repository keeps the tag, or undefined if it has no such image */
  digestOf(repositoryUrl: string, tag: string): Promise<string | undefined>;
  /** @returns `user:password` in base64 for the registries of the region, as Docker's configuration keeps it */
  login(): Promise<string>;
}

/** What the maker needs of Docker. */
export interface Builder {
  /** @throws {ImageError} with the end of what the builder wrote */
  build(inputs: ImageInputs): Promise<void>;
  /** Pushes what was built. @throws {ImageError} with the registry's words */
  push(inputs: ImageInputs): Promise<void>;
}

/** An image that could not be looked up, built or pushed: one sentence, and what the tool wrote. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

export class ImageMaker {
  readonly #registry: (region: string) => Registry;
  readonly #builder: (login: string) => Builder;

  constructor(registry: (region: string) => Registry, builder: (login: string) => Builder) {
    this.#registry = registry;
    this.#builder = builder;
  }

  /**
   * Whether an image has to be made or looked up: the content has changed, or the repository does not have the image any
   * more (a lifecycle policy, a person).
   */
  async isNew(state: ImageState, { repositoryUrl, tag, region }: ImageInputs): Promise<boolean> {
    if (state.tag !== tag || state.repositoryUrl !== repositoryUrl) return true;
    return (await this.#registry(region).digestOf(repositoryUrl, tag)) !== state.digest;
  }

  /**
   * Returns the image of the content's tag, and builds and pushes it first where the repository has none.
   *
   * @throws {ImageError}
   */
  async ensure(inputs: ImageInputs): Promise<ImageState> {
    const { repositoryUrl, tag, region } = inputs;
    const registry = this.#registry(region);
    const find = () => registry.digestOf(repositoryUrl, tag);
    const digest = (await find()) ?? (await this.#make(inputs, registry, find));
    return { repositoryUrl, tag, digest, uri: `${repositoryUrl}@${digest}` };
  }

  async #make(
    inputs: ImageInputs,
    registry: Registry,
    find: () => Promise<string | undefined>,
  ): Promise<string> {
    const builder = this.#builder(await registry.login());
    await builder.build(inputs);
    try {
      await builder.push(inputs);
    } catch (error) {
      // Another deploy has pushed the same content meanwhile, and the repository takes no tag twice.
      const pushed = await find();
      if (pushed !== undefined) return pushed;
      throw error;
    }
    const digest = await find();
    if (digest !== undefined) return digest;
    throw new ImageError(`${inputs.repositoryUrl}:${inputs.tag} was pushed, but ECR does not have it.`);
  }
}
