import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { serializeSignature, type Signer } from '@voxkeep/tlog'
import type { Audit } from '#audit'
import type { EndedCall } from '#call'
import type { CallStore, ReceiptStore } from '#db'
import type { CallId, Clock, Log, TenantId } from '#kernel'
import { receiptBody, type KeyFact } from './receipt-body.ts'

export interface CallReceiptDeps {
  readonly clock: Clock
  readonly log: Log
  readonly node: string
  readonly version: string
  readonly audit: Pick<Audit, 'append' | 'log'>
  readonly calls: Pick<CallStore, 'get'>
  readonly store: ReceiptStore
  /** The keys that sign under a log's name, those that sign any text among them. */
  readonly signers: (origin: string) => readonly Signer[]
  /** What wrapped a tenant's keys, of those that are named. */
  readonly keyFacts: (tenant: TenantId, tenantKeys: readonly string[]) => Promise<readonly KeyFact[]>
  /** A proof that the entry is in the log, as a C2SP tlog-proof that carries the entry. Rejects when there is none. */
  readonly prove: (tenant: TenantId, index: number) => Promise<string>
}

export interface CallReceipts {
  /**
   * Writes the entry of a call's end, with the hash of the call's receipt, then signs and keeps the receipt. Rejects when the entry
   * could not be written; a receipt that could not be kept is a log line.
   */
  end(call: EndedCall): Promise<void>
  /** A call's receipt as JSON text, with a proof that it is in the log where there can be one yet. */
  get(tenant: TenantId, call: CallId): Promise<string | undefined>
}

/** Issues the signed receipts of calls. */
export function callReceipts(deps: CallReceiptDeps): CallReceipts {
  return {
    async end({ id, tenant, reason, receipt, endedAtMs }) {
      const row = await deps.calls.get(tenant, id).catch((error: unknown) => {
        deps.log.error('a call has no receipt, since its row could not be read', { callId: id, error })
        return undefined
      })
      const ended = { type: 'call.ended', tenant, call: id, actor: 'gateway' }
      if (row === undefined) {
        await deps.audit.append({ ...ended, fields: { reason } })
        return
      }
      const keys = await factsOf(deps, tenant, receipt.recordings)
      const retention = await deps.store.retentionOf(tenant, id).catch(() => undefined)
      const body = receiptBody({ ...deps, row, receipt, reason, endedAtMs, keys, retention })
      const commits = createHash('sha256').update(canonical(body)).digest('hex')
      const entry = await deps.audit.append({ ...ended, fields: { reason, receipt: commits } })
      const { origin } = await deps.audit.log(tenant)
      const log = { origin, index: entry.index, entryHash: entry.hash, commits }
      try {
        await deps.store.insert({
          call_id: id,
          tenant,
          issued_at: new Date(deps.clock.now()),
          document: sign(deps, origin, { ...body, log }),
        })
      } catch (error) {
        deps.log.error('a call’s receipt could not be kept', { callId: id, error })
      }
    },
    async get(tenant, call) {
      const document = await deps.store.get(tenant, call)
      if (document === undefined) return undefined
      const parsed = JSON.parse(document) as { log: { index: number } }
      const proof = await deps.prove(tenant, parsed.log.index).catch((error: unknown) => {
        deps.log.warn('a receipt goes without a proof', { callId: call, error })
        return undefined
      })
      return JSON.stringify(proof === undefined ? parsed : { ...parsed, proof })
    },
  }
}

/** What is signed is the note whose one line is the canonical JSON (RFC 8785) of everything but `signatures` and `proof`. */
function sign({ signers, clock }: CallReceiptDeps, origin: string, content: object): string {
  const all = signers(origin)
  const able = all.filter(({ key }) => key.kind === 'ed25519') // the others sign checkpoints only
  const signed = { ...content, keys: all.map(({ key }) => key.text) }
  const note = `${canonical(signed)}\n`
  const timeS = Math.floor(clock.now() / 1_000)
  const signatures = able.map((signer) => serializeSignature(signer.sign(note, timeS)).trimEnd())
  return JSON.stringify({ ...signed, signatures })
}

async function factsOf(
  { keyFacts, log }: CallReceiptDeps,
  tenant: TenantId,
  recordings: readonly { readonly keyRef: string }[],
): Promise<readonly KeyFact[]> {
  const named = [...new Set(recordings.map(({ keyRef }) => keyRef))]
  if (named.length === 0) return []
  return keyFacts(tenant, named).catch((error: unknown) => {
    log.warn('a receipt names its keys without their providers', { tenant, error })
    return []
  })
}

function canonical(value: object): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('a receipt is an object')
  return text
}
