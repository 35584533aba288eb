import type { RetainedObject, RetentionStore } from '#db'
import type { Clock, Log } from '#kernel'
import type { AuditAct, DestroyObject } from './contract.ts'

export interface DeletionDeps {
  readonly store: RetentionStore
  readonly clock: Clock
  readonly log: Log
  readonly audit: AuditAct
  readonly destroy: DestroyObject
}

/**
 * What became of one object that was to be deleted. `shredded`: its key is gone, so nobody can open it ever again; its bytes go when
 * its store lets them.
 */
export type ObjectOutcome = 'deleted' | 'shredded' | 'held' | 'locked' | 'failed'

/** Who wants it gone, for the audit log: a policy by its name, or a request by its id. */
export interface Ground {
  readonly actor: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Deletes one object for good: an entry in the audit log, the decision (which a hold stops), key and bytes, a look whether both are
 * really gone, and the receipt. Rejects only when the audit log takes no entries: then nothing was done.
 */
export async function deleteObject(
  deps: DeletionDeps,
  object: RetainedObject,
  ground: Ground,
): Promise<ObjectOutcome> {
  const { store, clock, audit, log } = deps
  const now = new Date(clock.now())
  if (object.held) return 'held'
  if (isLocked(object, now)) return 'locked'
  const { id, tenant } = object
  const named = { object: id, kind: object.kind, callId: object.call_id, ...ground.fields }
  const entry = { tenant, actor: ground.actor }
  await audit({ ...entry, type: 'retention.deleting', fields: { ...named, bytes: object.bytes } })
  if (!(await store.claimObject(id, now))) {
    await audit({ ...entry, type: 'retention.kept', fields: { ...named, why: 'hold' } })
    return 'held'
  }
  let code: string | undefined
  try {
    await deps.destroy({ id, tenant })
  } catch (error) {
    code = codeOf(error)
    log.error('an object could not be deleted in full', { objectId: id, error })
  }
  const { objectGone, keyGone, wrappedKeySha256 } = await store.remains(id)
  const proof = { objectGone, keyGone, wrappedKeySha256 }
  if (objectGone && keyGone) {
    await audit({ ...entry, type: 'retention.deleted', fields: { ...named, ...proof } })
    return 'deleted'
  }
  if (keyGone && code === undefined) {
    await audit({ ...entry, type: 'retention.shredded', fields: { ...named, ...proof } })
    return 'shredded'
  }
  await audit({ ...entry, type: 'retention.failed', fields: { ...named, ...proof, code: code ?? 'REMAINS' } })
  return 'failed'
}

/** A store’s lock forbids the deletion until it ends; a key that is destroyed before would break what the lock promises. */
export function isLocked(object: Pick<RetainedObject, 'lock_until'>, now: Date): boolean {
  return object.lock_until !== null && object.lock_until > now
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'FAILED'
}
