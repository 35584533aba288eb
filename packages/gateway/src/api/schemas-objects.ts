import { z } from 'zod'
import { callId } from './schemas.ts'

const time = z.iso.datetime({ precision: 3 })
const nullableTime = time.nullable()

export const objectId = z.string().regex(/^[a-z]{2,8}_[0-9a-f]{32}$/)

export const sealedObject = z
  .object({
    id: objectId.describe('That of what it holds'),
    kind: z.string(),
    call_id: callId.nullable(),
    state: z
      .enum(['spooled', 'stored', 'deleting', 'deleted', 'missing', 'corrupt'])
      .describe('`deleting`: its key is destroyed, its bytes are still there, for the reason given'),
    reason: z.string().nullable(),
    store: z.string().nullable().describe('Null while it waits in the spool of its node'),
    key: z.string().nullable(),
    bytes: z.int(),
    sha256: z.string(),
    version_id: z.string().nullable(),
    lock_mode: z.enum(['governance', 'compliance']).nullable(),
    lock_until: nullableTime,
    created_at: time,
    stored_at: nullableTime,
    deleted_at: nullableTime,
    checked_at: nullableTime.describe('When it was last compared with its store'),
  })
  .meta({ id: 'SealedObject' })

const ids = z.array(z.string())

export const verifyReport = z
  .object({
    checked: z.int(),
    bytes: z.int(),
    missing: ids.describe('Objects that their store does not have'),
    altered: ids.describe('Objects whose store has something else, or which do not open'),
    unchecked: ids.describe('Objects whose store or key cannot be had now'),
    unlisted: ids.describe('What a store holds and nobody listed: the store’s name and the key'),
    next: objectId.nullable().describe('The last id; null when there are no more'),
  })
  .meta({ id: 'VerifyReport' })

export const deletion = z
  .object({
    state: z.literal('deleting'),
    reason: z.string().describe('What keeps the bytes: `OBJECT_LOCKED`, `OBJECT_UNAVAILABLE`, …'),
    until: nullableTime.describe('Until when a lock lies on it; null: unknown, or a legal hold'),
  })
  .meta({
    id: 'Deletion',
    description: 'The key is destroyed, so nobody can open it any more; the bytes go as soon as they may',
  })
