import {
  auditReader,
  memoryAuditStore,
  openAudit,
  openSigners,
  startCheckpoints,
  witnessServer,
  type Audit,
} from '#audit'
import { Secret, silentLog, type Clock, type Random, type TenantId } from '#kernel'
import type { ApiAudit } from './deps-audit.ts'

export interface FakeAudit {
  readonly log: Audit
  readonly reader: ApiAudit
  [Symbol.asyncDispose](): PromiseLike<void>
}

/** The real audit log over a store in memory, and a witness that knows the log of `acme`. */
export async function fakeAudit(o: { readonly clock: Clock; readonly random: Random }): Promise<FakeAudit> {
  const store = memoryAuditStore()
  const seal = { seal: (text: string) => text, open: (text: string) => text }
  const numberKey = () => new Secret(new Uint8Array(32))
  const log = openAudit({ ...o, store, log: silentLog, deployment: 'voxkeep.test', numberKey })
  const signers = await openSigners({ ...o, store, purpose: 'log', seal })
  const checkpoints = startCheckpoints({
    ...o,
    store,
    audit: log,
    signers,
    log: silentLog,
    intervalMs: 60_000,
    everyEntries: 1_000,
    outside: [],
    onBroken: () => {},
    count: () => {},
  })
  const reader = auditReader({ ...o, store, audit: log, checkpoints, signers })
  const witnessSigners = await openSigners({ ...o, store, purpose: 'witness', seal })
  const origin = (await log.log('acme' as TenantId)).origin
  const own = signers.published(origin).map(({ key }) => key)
  let last: Parameters<Parameters<Parameters<typeof witnessServer>[0]['store']['exchange']>[1]>[0]
  const witness = witnessServer({
    ...o,
    name: 'witness.test/w',
    logs: new Map([[origin, own]]),
    signers: witnessSigners,
    store: { exchange: async (_origin, next) => void (last = next(last) ?? last) },
  })
  const keys = witnessSigners.published('witness.test/w').map(({ key }) => key.text)
  return {
    log,
    reader: { ...reader, rotateKeys: () => signers.rotate(), witness: { ...witness, keys } },
    [Symbol.asyncDispose]: () => checkpoints[Symbol.asyncDispose](),
  }
}
