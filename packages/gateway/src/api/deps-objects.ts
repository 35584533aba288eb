import type { ObjectRow, ObjectState } from '#db'
import type { CallId, TenantId } from '#kernel'
import type { VerifyOptions, VerifyReport } from '#objects'
import type { PageOf } from './deps.ts'

/** Sealed objects of one tenant. */
export interface ApiObjects {
  /** Newest first. */
  list(
    page: PageOf<{ callId: CallId | undefined; state: ObjectState | undefined }>,
  ): Promise<readonly ObjectRow[]>
  get(tenant: TenantId, id: string): Promise<ObjectRow | undefined>
  verify(o: VerifyOptions & { readonly tenant: TenantId }): Promise<VerifyReport>
}
