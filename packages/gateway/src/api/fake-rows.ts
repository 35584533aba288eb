import { randomBytes } from 'node:crypto'
import type { CallLegRow, CallRow, RecordingRow } from '#db'
import { createId, type AppId, type TenantId, type TrunkId } from '#kernel'
import type { FakeWorld } from './fake-deps.ts'

export const tenant = 'acme' as TenantId
const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }

/** A call that goes on, but for what `more` says: for tests. */
export function addCall(world: FakeWorld, more: Partial<CallRow> = {}): CallRow {
  const id = createId('call', 1_700_000_000_000 + world.calls.size, random)
  const row: CallRow = {
    id,
    tenant,
    app: 'demo' as AppId,
    trunk: 'carrier' as TrunkId,
    direction: 'inbound',
    from: '+4930123456',
    to: '+4930654321',
    state: 'active',
    end_reason: null,
    started_at: new Date(0),
    answered_at: new Date(1),
    ended_at: null,
    receipt: null,
    ladder: null,
    variables: null,
    ...more,
  }
  world.calls.set(row.id, row)
  return row
}

/** A leg that a call dialled, and that talks. */
export function addLeg(world: FakeWorld, call: CallRow, more: Partial<CallLegRow> = {}): CallLegRow {
  const row: CallLegRow = {
    id: createId('leg', 1_700_000_000_000 + world.calls.size + world.legs.size, random),
    call_id: call.id,
    tenant: call.tenant,
    from: '+4930654321',
    to: '+4930777777',
    state: 'active',
    outcome: null,
    sip_status: null,
    started_at: new Date(0),
    answered_at: new Date(1),
    ended_at: null,
    ...more,
  }
  world.legs.set(row.id, row)
  return row
}

export function addRecording(world: FakeWorld, more: Partial<RecordingRow> = {}): RecordingRow {
  const row: RecordingRow = {
    id: createId('rec', 1_700_000_000_000 + world.recordings.size, random),
    call_id: createId('call', 0, random),
    tenant,
    state: 'sealed',
    node: 'node-a',
    started_at: new Date(0),
    ended_at: new Date(1_000),
    duration_ms: 1_000,
    bytes: 16_384,
    segments: 1,
    sha256: 'ab'.repeat(32),
    key_ref: 'local:1',
    channels: 2,
    replaces: null,
    replaced_by: null,
    ...more,
  }
  world.recordings.set(row.id, row)
  return row
}
