/** What the stack and a roll both know of the service that `createService` makes. */

/** The container that runs the application. */
export const APP_CONTAINER = "app";

/**
 * The image's tag in the revision that the stack makes, before anything was deployed. Nothing is ever pushed under it: a
 * task of that revision cannot start, so no code runs before its migration passed, whoever starts or rolls back what.
 */
export const NO_CODE_TAG = "not-deployed-yet";
