import { createId, type TenantId, type TrunkId } from '#kernel'
import type { CallApp, CallDeps } from './deps.ts'
import type { Live } from './live.ts'

/** What would have left the regions that it is tied to: a call of a tenant or by a trunk, a stream, an audio file, a question or an event. */
export type RegionMatter = 'tenant' | 'trunk' | 'stream' | 'audio' | 'webhook'

interface RefusedCall {
  readonly tenant: TenantId
  readonly trunk?: TrunkId
  readonly direction: 'inbound' | 'outbound'
  readonly what: RegionMatter
}

/** Tells of a call that was not let in because of where this node is. Nothing of who called is in it. */
export function tellRegion(
  deps: CallDeps,
  app: CallApp,
  { tenant, trunk, direction, what }: RefusedCall,
): void {
  const { clock, random, keep, log, count } = deps
  const call = createId('call', clock.now(), random)
  const fields = { what, trunk: trunk ?? null, direction }
  count('region_refused', { what })
  const type = 'region.refused'
  const told = keep.audit({ type, tenant, call, actor: 'gateway', fields }).then(() =>
    app.tell({
      id: createId('evt', clock.now(), random),
      type,
      call,
      data: { call_id: call, ...fields },
      about: {},
    }),
  )
  told.catch((error: unknown) => log.error('a refusal could not be told', { type, what, error }))
}

/** Tells of something within a call that was not reached because of where it is; the call goes on. */
export async function tellRegionOf(
  live: Pick<Live, 'deps' | 'story' | 'audit' | 'tell'>,
  what: RegionMatter,
  host: string,
): Promise<void> {
  live.deps.count('region_refused', { what })
  live.story('region.refused', { what, host })
  await live.audit('region.refused', { what, host })
  await live.tell('region.refused', { what, host })
}

/** Whether somebody above us refused a host because of where it is. */
export function isRegionRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'REGION_REFUSED'
}
