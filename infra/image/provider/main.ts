/**
 * The provider of {@link ContentImage}: Pulumi starts it, and talks to it over gRPC.
 *
 * A library's resource cannot serve here. pulumi-docker-build's Image compares the places of context and Dockerfile and
 * every bit of a mode, and builds before it asks, so that another checkout builds again and an immutable tag refuses it.
 */
import * as provider from "@pulumi/pulumi/provider/index.js";
import { Docker } from "./docker.ts";
import { endWithParent } from "./endWithParent.ts";
import { type ImageInputs, ImageMaker, type ImageState } from "./imageMaker.ts";
import { EcrRegistry } from "./registry.ts";

/** Only named in Pulumi's state; the provider comes with the project. */
const VERSION = "1.0.0";

/** Aborted where the engine cancels an update: a build may take minutes, and the engine waits for it. */
const cancelled = new AbortController();
const maker = new ImageMaker(
  (region) => new EcrRegistry(region),
  (login) => new Docker(login, cancelled.signal),
);

/** Pulumi prints an error's stack as well; who has no Docker or no permission needs the sentence only. */
async function withoutStack<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error) error.stack = "";
    throw error;
  }
}

async function ensured(inputs: ImageInputs): Promise<{ id: string; outs: ImageState }> {
  const outs = await withoutStack(maker.ensure(inputs));
  return { id: inputs.repositoryUrl, outs };
}

endWithParent();
await provider.main(
  {
    version: VERSION,
    diff: async (_id, _urn, state: ImageState, inputs: ImageInputs) => ({
      changes: await withoutStack(maker.isNew(state, inputs)),
    }),
    create: (_urn, inputs: ImageInputs) => ensured(inputs),
    update: (_id, _urn, _state, inputs: ImageInputs) => ensured(inputs),
    // The image stays: older revisions of the task definition run it. The repository's lifecycle policy removes it.
    delete: async () => undefined,
    cancel: async () => cancelled.abort(),
  },
  process.argv.slice(2),
);
