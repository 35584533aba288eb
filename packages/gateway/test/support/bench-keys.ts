import { setTimeout as pause } from 'node:timers/promises'
import { createId, type TenantId } from '#kernel'
import { measured } from './bench-measure.ts'
import { random, type Kept } from './kept.ts'

export interface RewrapFigures {
  readonly objects: number
  readonly seconds: number
  readonly perSecond: number
  readonly perCpuSecond: number
}

const underWay = 500

/** Rotates a tenant's key for audio and puts the data keys of that many objects under the new one. */
export async function benchRewrap(
  { keys, config, database }: Kept,
  tenant: TenantId,
  objects: number,
): Promise<RewrapFigures> {
  for (let made = 0; made < objects; made += underWay)
    await Promise.all(
      Array.from({ length: Math.min(underWay, objects - made) }, () => {
        const begun = keys.beginObject({
          tenant,
          purpose: 'audio',
          object: createId('rec', Date.now(), random),
        })
        begun.plain.fill(0)
        return begun.kept
      }),
    )
  await keys.rotate(tenant, 'audio')
  if (database.isShared) await pause(2 * config.keys.recheckMs + 100) // other nodes are given time to hear of it
  const { seconds, cpuSeconds, result } = await measured(() => keys.rewrap(tenant))
  const { done } = result
  if (done < objects) throw new Error(`${done} of ${objects} keys were wrapped again`)
  return { objects, seconds, perSecond: objects / seconds, perCpuSecond: objects / cpuSeconds }
}
