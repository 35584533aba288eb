/** What the main thread asks the database thread, and what comes back: lists of these, all of it structured-cloneable. */
export type ToDatabase =
  | {
      readonly kind: 'query'
      readonly id: number
      readonly sql: string
      readonly parameters: readonly unknown[]
      /** Run before it, in a transaction around it. */
      readonly enter?: string
    }
  /** Several statements at once; when one fails, what they began is rolled back. */
  | { readonly kind: 'script'; readonly id: number; readonly sql: string }
  | { readonly kind: 'close'; readonly id: number }

export type FromDatabase =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'rows'
      readonly id: number
      readonly rows: readonly unknown[]
      readonly affected: number | undefined
    }
  | {
      readonly kind: 'failed'
      readonly id: number | undefined
      readonly sqlState: string
      readonly message: string
    }

export interface DatabaseThreadData {
  readonly dir: string
}
