import type { KeyErrorCode } from '#keys'

/** What the thread of a module is started with. */
export interface Pkcs11WorkerData {
  readonly moduleFile: string
  /** By the labels of their tokens. */
  readonly pins: Readonly<Record<string, string>>
}

export type Pkcs11Request =
  | ({ readonly token: string } & Pkcs11Act)
  /** Of all tokens. */
  | { readonly op: 'close' }

export type Pkcs11Act =
  | { readonly op: 'versions' | 'destroy'; readonly name: string }
  | { readonly op: 'generate'; readonly name: string; readonly version: number }
  | { readonly op: 'closeKey'; readonly name: string; readonly destroyAtMs: number }
  | {
      readonly op: 'encrypt'
      readonly name: string
      readonly plain: Uint8Array
      readonly aad: Uint8Array
      readonly iv: Uint8Array
    }
  | {
      readonly op: 'decrypt'
      readonly name: string
      readonly version: number
      readonly box: Uint8Array
      readonly aad: Uint8Array
    }

export type Pkcs11Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: KeyErrorCode; readonly message: string }
