import type { Hold, SubjectRequestRow } from '#db'
import { createId, type HoldId, type SubjectRequestId, type TenantId } from '#kernel'
import type { Plan } from '#retention'
import type { ApiJob, ApiRefusal, ApiRetention } from './deps-retention.ts'

/** Holds, requests and jobs in memory. */
export interface FakeRetention {
  readonly deps: ApiRetention
  readonly holds: Map<HoldId, Hold>
  readonly requests: Map<SubjectRequestId, SubjectRequestRow>
  readonly ran: string[]
  readonly jobs: ApiJob[]
  plan: Plan
  refusal: ApiRefusal | undefined
  /** A hold that is placed after the first look. */
  heldSince: ApiRefusal | undefined
  /** Whether the audit log takes entries. */
  isAudited: boolean
  isStreamOnly: boolean
}

const at = new Date(1_700_000_000_000)
let made = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }

export function fakeRetention(): FakeRetention {
  const world: FakeRetention = {
    holds: new Map(),
    requests: new Map(),
    ran: [],
    jobs: [],
    plan: { tenant: 'acme' as TenantId, by: at, lines: [] },
    refusal: undefined,
    heldSince: undefined,
    isAudited: true,
    isStreamOnly: false,
    deps: {
      holds: fakeHolds(() => world),
      subjects: fakeSubjects(() => world),
      isStreamOnly: () => world.isStreamOnly,
      plan: async (tenant, by) => ({ ...world.plan, tenant, by }),
      refusal: async () => world.refusal,
      claim: async () => (world.refusal ??= world.heldSince) === undefined,
      archive: ({ kind, state }) =>
        kind === 'export' && state === 'done'
          ? (async function* () {
              yield Buffer.from('an archive')
            })()
          : undefined,
      verifierKeys: () => ['gw/exports+1+AA'],
      jobs: async () => world.jobs,
      runJob: async (name) => world.ran.push(name) > 0,
    },
  }
  return world
}

function requireAudit({ isAudited }: FakeRetention): void {
  if (!isAudited) throw Object.assign(new Error('the audit log is full'), { name: 'AuditError' })
}

function fakeHolds(worldOf: () => FakeRetention): ApiRetention['holds'] {
  const own = (tenant: TenantId, id: HoldId) => {
    const hold = worldOf().holds.get(id)
    return hold?.tenant === tenant ? hold : undefined
  }
  return {
    get: async (tenant, id) => own(tenant, id),
    inForce: async (tenant) =>
      [...worldOf().holds.values()]
        .filter((hold) => hold.tenant === tenant && hold.released_at === null)
        .map(({ id }) => id),
    list: async (tenant, { active }) =>
      [...worldOf().holds.values()].filter(
        (hold) => hold.tenant === tenant && (active === undefined || active === (hold.released_at === null)),
      ),
    async place(tenant, hold, actor) {
      requireAudit(worldOf())
      const row: Hold = {
        id: createId('hold', at.getTime(), random),
        tenant,
        call_id: hold.call ?? null,
        subject_index: hold.number === undefined ? null : 'a keyed hash',
        label: hold.label ?? null,
        from_at: hold.from ?? null,
        to_at: hold.to ?? null,
        reason: hold.reason,
        placed_by: actor,
        placed_at: at,
        until: hold.until ?? null,
        released_by: null,
        released_at: null,
        release_reason: null,
      }
      worldOf().holds.set(row.id, row)
      return row
    },
    async release(tenant, id, reason, actor) {
      requireAudit(worldOf())
      const hold = own(tenant, id)
      if (hold === undefined) return 'unknown'
      if (hold.released_at !== null) return 'released'
      const released = { ...hold, released_by: actor, released_at: at, release_reason: reason }
      worldOf().holds.set(id, released)
      return released
    },
  }
}

function fakeSubjects(worldOf: () => FakeRetention): ApiRetention['subjects'] {
  return {
    async get(tenant, id) {
      const row = worldOf().requests.get(id)
      return row?.tenant === tenant ? row : undefined
    },
    list: async (tenant) => [...worldOf().requests.values()].filter((row) => row.tenant === tenant),
    async ask(tenant, { kind, subject, withAudio }, actor) {
      requireAudit(worldOf())
      const row: SubjectRequestRow = {
        id: createId('dsr', at.getTime(), random),
        tenant,
        kind,
        state: 'waiting',
        subject_index: `index of ${subject.length}`,
        subject_id: null,
        with_audio: withAudio,
        asked_by: actor,
        created_at: at,
        ended_at: null,
        report: null,
        error: null,
      }
      worldOf().requests.set(row.id, row)
      return row
    },
  }
}
