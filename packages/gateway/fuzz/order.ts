export interface Order {
  readonly target: string
  readonly seed: number
  readonly seconds: number
  readonly corpus: readonly Uint8Array[]
  /** Whether to find out, at the end, which inputs are needed to reach what was reached. */
  readonly distil: boolean
  /** Where the input that is being taken stands: its length, when it was begun (ms), then its bytes. */
  readonly board: SharedArrayBuffer
}

export type Report =
  | { readonly kind: 'progress'; readonly runs: number; readonly heapMb: number }
  | {
      readonly kind: 'done'
      readonly runs: number
      readonly blocks: number
      readonly found: readonly Uint8Array[]
      /** Undefined unless that was asked for. */
      readonly needed: readonly Uint8Array[] | undefined
      readonly finding: { readonly input: Uint8Array; readonly error: string } | undefined
      readonly heapMb: number
    }

export const boardHeaderBytes = 16
