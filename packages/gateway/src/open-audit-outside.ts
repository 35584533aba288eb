import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  openSigners,
  readKeys,
  witnessClient,
  witnessServer,
  type Audit,
  type AuditStore,
  type ShowCheckpoint,
  type SignedCheckpoint,
  type WitnessServer,
} from '#audit'
import { witnessedStore, type Database } from '#db'
import { systemTenant, type Clock, type Config, type Log, type Random } from '#kernel'
import type { TenantKeys } from '#keys'
import { isObjectError, type ObjectStore } from '#objects'
import { readClientTls, type HttpsClient } from '#webhook'
import { systemSeal } from './open-audit-logs.ts'

interface OutsideDeps {
  readonly store: AuditStore
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Log
  readonly client: HttpsClient
  /** The store for checkpoints of a tenant; best one with object lock. */
  readonly placeOf: (tenant: SignedCheckpoint['tenant']) => ObjectStore
}

const answerTimeoutMs = 10_000
/** Sixteen cosignatures of the longest kind take 55 KiB. */
const maxAnswerBytes = 64 * 1024

/** Everybody outside who is shown each checkpoint: the witnesses, and the store that anchors. */
export function auditOutside(
  config: Config,
  deps: OutsideDeps,
): readonly { readonly name: string; readonly show: ShowCheckpoint }[] {
  const enough = quorumWatch(config, deps)
  const witnesses = config.audit.witnesses.map((witness) => {
    const show = witnessClient({
      ...deps,
      name: witness.name,
      keys: readKeys(witness.keys),
      post: (body) => post(deps.client, witness, body),
      onConflict: (checkpoint, why) =>
        raise(deps, 'audit.tampered', { log: checkpoint.origin, why, witness: witness.name }),
    })
    return { name: witness.name, show: enough(witness.name, show) }
  })
  // Only where somebody chose a place: on the gateway's own disk a copy proves nothing, and nobody would ever clear it away.
  const isAnchored = ({ tenant }: SignedCheckpoint) =>
    config.objects.place.audit !== undefined ||
    config.objects.tenants.some(({ id, place }) => id === tenant && place.audit !== undefined)
  const show: ShowCheckpoint = async (checkpoint) => {
    if (isAnchored(checkpoint)) await anchor(deps, checkpoint)
  }
  return [...witnesses, { name: 'anchor', show }]
}

async function post(
  client: HttpsClient,
  { url, caFile }: Config['audit']['witnesses'][number],
  body: string,
) {
  const answer = await client.exchange({
    method: 'POST',
    url: `${url.replace(/\/$/, '')}/add-checkpoint`,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(body),
    tls: readClientTls(caFile, undefined),
    timeoutMs: answerTimeoutMs,
    maxAnswerBytes,
  })
  if (!answer.ok) throw new Error(`a witness cannot be asked: ${answer.why}`)
  return { status: answer.status, body: Buffer.from(answer.body).toString('utf8') }
}

/** Copies a checkpoint into the store, under a name that says whose and of which size; it is public and small, so it is not sealed. */
async function anchor({ placeOf }: OutsideDeps, { tenant, size, note }: SignedCheckpoint): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-anchor-'))
  try {
    const file = join(folder, 'checkpoint')
    await writeFile(file, note, { mode: 0o600 })
    const bytes = Buffer.byteLength(note)
    const sha256 = createHash('sha256').update(note).digest('hex')
    const log = tenant === '*' ? '_logs' : tenant
    await placeOf(tenant).put(`checkpoints/${log}/${String(size).padStart(16, '0')}`, file, { bytes, sha256 })
  } catch (error) {
    if (!isObjectError(error, 'OBJECT_EXISTS')) throw error // another node put it there
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Raises an alarm when fewer than the quorum of witnesses cosigned anything for three intervals, once until enough do again. */
function quorumWatch({ audit: { quorum, checkpoints, witnesses } }: Config, deps: OutsideDeps) {
  /** Since when each that cosigns nothing does not: one that is asked for nothing fails at nothing. */
  const failing = new Map<string, number>()
  let alarmed = false
  const judge = () => {
    const oldest = deps.clock.monotonicMs() - 3 * checkpoints.everyS * 1_000
    const cosigning = witnesses.length - [...failing.values()].filter((since) => since < oldest).length
    if (cosigning >= quorum) alarmed = false
    else if (!alarmed) {
      alarmed = true
      raise(deps, 'audit.unwitnessed', { cosigning, quorum })
    }
  }
  return (name: string, show: ShowCheckpoint): ShowCheckpoint =>
    async (checkpoint) => {
      try {
        await show(checkpoint)
        failing.delete(name)
      } catch (error) {
        failing.set(name, failing.get(name) ?? deps.clock.monotonicMs())
        throw error
      } finally {
        judge()
      }
    }
}

function raise(
  { audit, log }: OutsideDeps,
  type: string,
  fields: Readonly<Record<string, string | number>>,
): void {
  log.error('what outsiders say of the audit log is wrong', { type, ...fields })
  audit
    .append({ type, tenant: systemTenant, actor: 'system', fields })
    .catch((error: unknown) => log.error('an alarm is not in the audit log', { type, error }))
}

/** Watches others’ logs, where the configuration says so. */
export async function openWitness(
  config: Config,
  deps: {
    readonly store: AuditStore
    readonly database: Database
    readonly keys: Pick<TenantKeys, 'fieldSeal'>
    readonly clock: Clock
    readonly random: Random
  },
): Promise<(WitnessServer & { readonly keys: readonly string[] }) | undefined> {
  const { witness } = config.audit
  if (witness === undefined) return undefined
  const signers = await openSigners({ ...deps, purpose: 'witness', seal: systemSeal(deps.keys) })
  const logs = new Map(witness.logs.map(({ origin, keys }) => [origin, readKeys(keys)]))
  const server = witnessServer({
    ...deps,
    name: witness.name,
    logs,
    signers,
    store: witnessedStore(deps.database),
  })
  return { ...server, keys: signers.published(witness.name).map(({ key }) => key.text) }
}
