/** What is found in the folders of `cases/`, each with a README that says why. */

/** Folders whose README is about a database or a stack that is set up so. */
export const SETTINGS: Record<string, { multiStatement?: true; lockLimit?: false }> = {
  "miss-multi-statement-dollar-quotes": { multiStatement: true },
  // The README is older than the migrator, which limits each lock; without that the lock on the parent is reported.
  "miss-drop-child-locks-parent": { lockLimit: false },
};

export const CASES: Record<string, readonly string[]> = {
  "adopt-no-files": [],
  "adopt-sequential": [],
  "false-empty-noop-up": [],
  "false-fresh-search-path": [],
  "false-index-if-not-exists-already": [],
  "false-index-on-only": [],
  "false-not-null-after-delete-all": [],
  "false-set-not-null-already": [],
  "false-type-using-cast": [],
  "false-varchar-grows-after-table-rename": [],
  "false-view-remade-in-down": [],
  "false-volatile-default-stable-functions": [],
  "mend-drop-index-partitioned": [],
  "mend-fk-partitioned": ["20260102000000_step2.up.sql:2 error foreign-key-validated"],
  "mend-index-partitioned": ["20260102000000_step2.up.sql:2 error index-not-concurrent"],
  "mend-index-partitioned-followed": ["20260102000000_step2.up.sql:1 error refused"],
  "mend-lock-timeout-before-begin": ["20260102000000_step2.up.sql:2 warning transaction-wrapped"],
  "miss-attach-partition-scan": ["20260102000000_step2.up.sql:2 error attach-partition"],
  "miss-cascade": [
    "20260102000000_step2.up.sql:3 warning cascade",
    "20260102000000_step2.up.sql:4 warning cascade",
    "20260102000000_step2.up.sql:4 warning drop-object",
  ],
  "miss-do-block-ddl": ["20260102000000_step2.up.sql:2 error constraint-builds-index"],
  "miss-domain-check": ["20260102000000_step2.up.sql:2 error domain-check"],
  "miss-drop-child-locks-parent": ["20260102000000_step2.down.sql:1 warning lock-timeout"],
  "miss-drop-view-function-type": [
    "20260102000000_step2.up.sql:2 warning drop-object",
    "20260102000000_step2.up.sql:3 warning drop-object",
    "20260102000000_step2.up.sql:4 warning rename",
    "20260102000000_step2.up.sql:5 warning drop-object",
  ],
  "miss-enum-value-used-in-same-file": ["20260102000000_step2.up.sql:3 error enum-value-used"],
  "miss-identifier-too-long": ["20260102000000_step2.up.sql:1 warning identifier-too-long"],
  "miss-invalid-index-if-not-exists": ["20260102000000_step2.up.sql:1 warning invalid-index"],
  "miss-multi-statement-dollar-quotes": ["20260102000000_step2.up.sql:2 error split-inside"],
  "miss-rows-changed-under-lock": [
    "20260102000000_step2.up.sql:3 error backfill-under-lock",
    "20260102000000_step2.up.sql:4 error backfill-under-lock",
    "20260102000000_step2.up.sql:5 error backfill-under-lock",
  ],
  "miss-session-setting-leaks": ["20260102000000_step2.up.sql:1 error session-setting"],
  "miss-where-true": ["20260102000000_step2.up.sql:1 warning update-all-rows"],
};
