import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import canonicalize from 'canonicalize'
import { parseSignatures, parseTlogProof, parseVerifierKey } from '@voxkeep/tlog'
import {
  auditReader,
  memoryAuditStore,
  openAudit,
  openSigners,
  startCheckpoints,
  type AuditEntry,
} from '#audit'
import type { SecurityReceipt } from '#call'
import type { CallRow } from '#db'
import { fakeClock, Secret, silentLog, type CallId, type TenantId } from '#kernel'
import { callReceipts } from './call-receipts.ts'

const tenant = 'acme' as TenantId
const call = 'call_00000000000000000000000000000001' as CallId
const root = join(import.meta.dirname, '../../..')
const vectorFile = join(root, 'spec/vectors/receipt/receipt.json')

describe('callReceipts()', () => {
  test('issues a receipt that its schema describes, signed, and committed to by the log', async () => {
    await using world = await openWorld()
    await world.end()
    const text = await world.receipts.get(tenant, call)
    assert.ok(text)
    const document = JSON.parse(text) as Receipt
    const schema = JSON.parse(await readFile(join(root, 'spec/receipt.schema.json'), 'utf8')) as object
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)
    assert.equal(validate(document), true, JSON.stringify(validate.errors))

    const { signatures, proof, ...content } = document
    const key = document.keys.map(parseVerifierKey).find((one) => one?.kind === 'ed25519')
    const [signature] = parseSignatures(`${signatures.join('\n')}\n`) ?? []
    assert.ok(key && signature)
    assert.notEqual(key.verify(`${canonicalize(content)}\n`, signature.signature), undefined)

    const { log, keys: _keys, ...body } = content
    assert.equal(
      createHash('sha256')
        .update(canonicalize(body) ?? '')
        .digest('hex'),
      log.commits,
    )
    const [entry] = await world.entries()
    assert.partialDeepStrictEqual(entry, {
      index: log.index,
      hash: log.entryHash,
      fields: { receipt: log.commits },
    })
    const leaf = JSON.parse(Buffer.from(parseTlogProof(proof)?.extra ?? []).toString()) as AuditEntry
    assert.equal(leaf.fields['receipt'], log.commits)
  })

  test('says how the call was protected, and never whose it was', async () => {
    await using world = await openWorld()
    await world.end()
    const text = await world.receipts.get(tenant, call)
    assert.ok(text)
    assert.doesNotMatch(text, /2025550/)
    assert.partialDeepStrictEqual(JSON.parse(text), {
      signalling: { group: 'X25519MLKEM768', postQuantum: true, peerCertificate: 'ab'.repeat(32) },
      media: { suite: 'AEAD_AES_256_GCM' },
      identity: { status: 'passed', diverted: true },
      recordings: [{ tenantKey: 'tky_1', state: 'sealed' }],
      providerKeys: [{ tenantKey: 'tky_1', provider: 'local', providerKey: 'local:acme:1' }],
      retention: { policy: 'short', dueAt: '2026-12-21T10:00:00.000Z' },
      consent: { state: 'not-asked', parties: [] },
    })
  })

  test('writes the entry of a call of which nothing is kept, and no receipt', async () => {
    await using world = await openWorld({ row: undefined })
    await world.end()
    assert.equal(await world.receipts.get(tenant, call), undefined)
    assert.deepEqual((await world.entries())[0]?.fields, { reason: 'caller-hung-up' })
  })

  test('does not write the end of a call that the log does not take', async () => {
    await using world = await openWorld({ broken: true })
    await assert.rejects(world.end())
    assert.equal(world.documents.size, 0)
  })

  test('issues what spec/vectors/receipt holds', async () => {
    await using world = await openWorld()
    await world.end()
    const text = await world.receipts.get(tenant, call)
    assert.ok(text)
    if (process.env['VOXKEEP_WRITE_VECTORS']) await writeVector(text)
    const vector = JSON.parse(await readFile(vectorFile, 'utf8')) as { cases: { receipt: string }[] }
    const [expected] = vector.cases
    assert.ok(expected)
    // An ML-DSA signature is made with chance, so the proof differs each time.
    const { proof: _a, ...issued } = JSON.parse(text) as Receipt
    const { proof: _b, ...known } = JSON.parse(expected.receipt) as Receipt
    assert.deepEqual(issued, known)
  })
})

interface Receipt {
  readonly log: {
    readonly origin: string
    readonly index: number
    readonly entryHash: string
    readonly commits: string
  }
  readonly keys: readonly string[]
  readonly signatures: readonly string[]
  readonly proof: string
}

async function writeVector(text: string): Promise<void> {
  const { proof, ...rest } = JSON.parse(text) as Receipt
  const keys = rest.keys
  const cases = [
    { name: 'with a proof', receipt: canonicalize({ ...rest, proof }), keys, ok: true },
    { name: 'without a proof', receipt: canonicalize(rest), keys, ok: true },
    {
      name: 'another tenant',
      receipt: canonicalize({ ...rest, proof })?.replace('"tenant":"acme"', '"tenant":"acne"'),
      keys,
      ok: false,
    },
  ]
  const source = 'packages/gateway/src/call-receipts.test.ts, with VOXKEEP_WRITE_VECTORS=1'
  await writeFile(vectorFile, `${JSON.stringify({ source, cases }, undefined, 2)}\n`)
}

const row = {
  id: call,
  tenant,
  app: 'agent',
  trunk: 'carrier',
  direction: 'inbound',
  from: '+12025550142',
  to: '+12025550199',
  started_at: new Date('2026-11-21T10:00:00.000Z'),
  answered_at: new Date('2026-11-21T10:00:01.000Z'),
} as unknown as CallRow // what is looked at of a row

const receipt: SecurityReceipt = {
  sip: {
    transport: 'tls',
    tlsVersion: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    group: 'X25519MLKEM768',
    peerCertificate: 'ab'.repeat(32),
    sourceAddress: '192.0.2.1',
    authenticatedBy: ['certificate'],
  },
  srtp: { suite: 'AEAD_AES_256_GCM', rtcp: 'muxed' },
  identity: { status: 'passed', attestation: 'A', diverted: true, policy: 'accept' },
  legs: [],
  webhooks: [{ type: 'call.incoming', host: 'app.example', signedBy: ['1f3a'], outcome: 'answered' }],
  streams: [],
  recordings: [{ id: 'rec_1', keyRef: 'tky_1', state: 'sealed', sha256: 'cd'.repeat(32), durationMs: 4_000 }],
  consent: [],
  redaction: null,
  secureCapture: [],
  verifications: [],
  quality: null,
  endReason: 'caller-hung-up',
}

async function openWorld(o: { row?: CallRow | undefined; broken?: boolean } = {}) {
  await using stack = new AsyncDisposableStack()
  const clock = fakeClock(Date.parse('2026-11-21T10:00:09.000Z'))
  const store = memoryAuditStore()
  const numberKey = () => new Secret(new Uint8Array(32))
  const audit = openAudit({ store, clock, log: silentLog, deployment: 'voxkeep.example', numberKey })
  const plain = { seal: (text: string) => text, open: (text: string) => text }
  const random = { bytes: (count: number) => new Uint8Array(count).fill(7) }
  const signers = await openSigners({ store, purpose: 'log', seal: plain, random, clock })
  const checkpoints = stack.use(
    startCheckpoints({
      store,
      audit,
      signers,
      clock,
      log: silentLog,
      intervalMs: 60_000,
      everyEntries: 1_000,
      outside: [],
      onBroken: () => {},
      count: () => {},
    }),
  )
  const reader = auditReader({ store, audit, checkpoints, signers, clock })
  const documents = new Map<string, string>()
  const receipts = callReceipts({
    clock,
    log: silentLog,
    node: 'node-1',
    version: '0.1.0',
    audit: o.broken ? { ...audit, append: () => Promise.reject(new Error('disk full')) } : audit,
    calls: { get: async () => ('row' in o ? o.row : row) },
    store: {
      insert: async ({ call_id, document }) => void documents.set(call_id, document),
      get: async (_tenant, id) => documents.get(id),
      retentionOf: async () => ({
        policy: 'short',
        policy_version: 'ab12',
        due_at: new Date('2026-12-21T10:00:00.000Z'),
      }),
    },
    signers: (origin) => signers.current(origin),
    keyFacts: async () => [{ tenantKey: 'tky_1', provider: 'local', providerKey: 'local:acme:1' }],
    prove: (of, index) => reader.proof(of, index),
  })
  const owned = stack.move()
  return {
    receipts,
    documents,
    entries: () => audit.ofCall(tenant, call),
    end: () =>
      receipts.end({
        id: call,
        tenant,
        reason: 'caller-hung-up',
        endedAtMs: Date.parse('2026-11-21T10:00:08.000Z'),
        receipt,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
