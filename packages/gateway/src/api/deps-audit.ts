import type { AuditReader, WitnessServer } from '#audit'

/** The audit log to read and to prove, and what the node witnesses of others'. */
export interface ApiAudit extends AuditReader {
  /** New keys sign from now on. */
  rotateKeys(): Promise<void>
  readonly witness: (WitnessServer & { readonly keys: readonly string[] }) | undefined
}
