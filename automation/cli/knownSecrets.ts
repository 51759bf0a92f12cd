/** The secrets that this process was given: masked wherever they stand, whatever their shape. */
import { literalMasker, redactor } from "../text/redact.ts";

/** Variables of the environment that hold one. The database's URL is none of this process's; a shell may have it set. */
const VARIABLES = [
  "SLACK_WEBHOOK_URL",
  "MIGRATION_DB",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
];

/** A local stack's passphrase may be a word; masking each `test` would make the text unreadable and tell nothing. */
const SHORTEST = 8;

interface KnownSecrets {
  /** Masks the known secrets, and what looks like one. */
  readonly redact: (text: string) => string;
  /** Masks the known secrets and nothing else: for standard output, which may be JSON. */
  readonly mask: (text: string) => string;
  /** From now on this one is masked as well. */
  readonly add: (secret: string) => void;
}

export function knownSecrets(env: Readonly<Record<string, string | undefined>>): KnownSecrets {
  const secrets = VARIABLES.flatMap((name) => env[name] ?? []).filter((secret) => secret.length >= SHORTEST);
  let redact = redactor(secrets);
  let mask = literalMasker(secrets);
  return {
    redact: (text) => redact(text),
    mask: (text) => mask(text),
    add: (secret) => {
      if (secret.length < SHORTEST) return;
      secrets.push(secret);
      redact = redactor(secrets);
      mask = literalMasker(secrets);
    },
  };
}
