import type { TenantId } from '#kernel'
import type { KeyPurpose } from './contract.ts'
import type { KeyErrorCode } from './error.ts'

/** What happens to a tenant's keys, for the audit log, the log and the metrics. Nothing secret. */
export type KeyEvent = { readonly tenant: TenantId; readonly provider: string } & (
  | { readonly kind: 'opened' }
  /** New keys were made: for each purpose one. */
  | { readonly kind: 'made'; readonly keys: number }
  /** The provider cannot be asked; what is open stays open until `untilMs` (wall clock). */
  | { readonly kind: 'unavailable'; readonly untilMs: number }
  | { readonly kind: 'recovered' }
  /** Closed at once: the provider denies the key, or it is not what it was. */
  | { readonly kind: 'refused'; readonly code: KeyErrorCode }
  /** Closed, since its provider was away for longer than the grace. */
  | { readonly kind: 'closed'; readonly code: KeyErrorCode }
  | { readonly kind: 'rotated'; readonly purpose: KeyPurpose; readonly key: string; readonly version: number }
  /** The provider did not make a new version of its own key; the tenant's keys were rotated all the same. */
  | { readonly kind: 'provider-not-rotated'; readonly code: KeyErrorCode }
  | { readonly kind: 'rewrapped'; readonly keys: number; readonly objects: number }
  /** A data key was deleted: nobody opens the object again. The hash of the wrapped key is the proof. */
  | { readonly kind: 'shredded'; readonly object: string; readonly sha256: string }
  /** A tenant key that nothing needs any more, or that of a tenant that was destroyed. */
  | { readonly kind: 'key-destroyed'; readonly key: string; readonly sha256: string }
  | { readonly kind: 'tenant-destroyed'; readonly keys: number; readonly objects: number }
)
/** Takes events; never throws. */
export type OnKeyEvent = (event: KeyEvent) => void
