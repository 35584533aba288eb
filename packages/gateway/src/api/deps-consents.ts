import type { ConsentChoiceRow, ConsentRow } from '#db'
import type { CallId, TenantId } from '#kernel'
import type { PageOf } from './deps.ts'

/** What people said to being recorded, and what they chose once and for all. Numbers go in, and never come out. */
export interface ApiConsents {
  rules(
    tenant: TenantId,
  ): readonly { readonly jurisdiction: string; readonly level: string; readonly source: string }[]
  /** Newest first. */
  list(
    page: PageOf<{ readonly call: CallId | undefined; readonly number: string | undefined }>,
  ): Promise<readonly ConsentRow[]>
  choice(tenant: TenantId, number: string): Promise<ConsentChoiceRow | undefined>
  choose(o: {
    readonly tenant: TenantId
    readonly number: string
    readonly choice: 'opt-in' | 'opt-out'
    readonly by: string
  }): Promise<void>
  /** False when there was none. */
  forget(tenant: TenantId, number: string): Promise<boolean>
}
