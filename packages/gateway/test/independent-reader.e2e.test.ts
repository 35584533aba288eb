import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silentLog, systemClock, type RecordingId } from '#kernel'
import { openMetrics } from '#src/metrics.ts'
import { openRedaction } from '#src/open-redaction.ts'
import { recordingKeys } from '#src/recording-keys-command.ts'
import {
  isTone,
  keptConfig,
  openKept,
  prepareKept,
  random,
  record,
  tenants,
  toneAt,
  type Kept,
  type KeptRecording,
} from './support/kept.ts'
import { seeded } from './support/keep-kills.ts'
import { readInPython, withoutPythonReader } from './support/python-reader.ts'

describe(
  'a reader in Python that was written from docs/formats.md alone',
  { skip: withoutPythonReader() },
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'voxkeep-python-'))
    const path = (name: string) => join(dir, name)
    const files = {
      keys: path('keys.json'),
      keyring: path('data/keyring.json'),
      object: path('object'),
      out: path('out'),
    }
    const read = (more: Partial<typeof files> & { passphrase?: string } = {}) =>
      readInPython({ ...files, passphrase: path('passphrase'), ...more })
    let made: KeptRecording
    let touched: RecordingId
    before(async () => {
      writeFileSync(path('passphrase'), 'correct horse battery staple\n', { mode: 0o600 })
      const keys = { providers: [{ id: 'local', kind: 'local', passphrase: `file:${path('passphrase')}` }] }
      const stores = [{ id: 'folder', kind: 'folder', dir: path('objects') }]
      const objects = { stores, place: { audio: 'folder' } }
      const config = keptConfig(dir, { keys, objects })
      await prepareKept(config)
      await using kept = await openKept(config)
      made = await record(kept, tenants[0] ?? assert.fail(), 1_700, 5) // 34 s: a whole section and a short one
      touched = await redacted(kept, await record(kept, made.tenant, 1_900, 6))
      await kept.keys.rotate(made.tenant, 'all')
      await kept.keys.rewrap(made.tenant)
      await kept.objects.mover.settled()
    })
    before(async () => {
      writeFileSync(path('voxkeep.yaml'), readableConfig(dir))
      await exported(made.id, files.keys, files.object)
      await exported(touched, path('redacted.json'), path('redacted'))
    })
    const exported = async (id: RecordingId, keys: string, to: string) => {
      const printed = await recordingKeys(path('voxkeep.yaml'), id)
      writeFileSync(keys, JSON.stringify(printed))
      const { object } = printed as { object: { key: string } }
      writeFileSync(to, readFileSync(path(`objects/${object.key}`)))
    }
    after(() => rmSync(dir, { recursive: true }))

    test('opens what the gateway sealed, after its keys were rotated and wrapped again', () => {
      assert.equal(read(), '')
      assert.ok(isTone(made, readFileSync(files.out)))
    })

    test('opens what was redacted afterwards, sections that were copied and sections that were sealed anew', () => {
      assert.equal(read({ keys: path('redacted.json'), object: path('redacted') }), '')
      const audio = readFileSync(files.out)
      assert.equal(audio.length, 1_900 * 320)
      const isTouched = (at: number) => at % 2 === 0 && at >> 1 >= 17_000 * 8 && at >> 1 < 18_000 * 8
      for (const [at, code] of audio.entries())
        if (!isTouched(at)) assert.equal(code, toneAt(6, (at & 1) as 0 | 1, at >> 1))
        else if (at >> 1 > 17_001 * 8 && at >> 1 < 17_999 * 8) assert.equal(code, 0xff)
    })

    test('refuses a wrong passphrase', () => {
      writeFileSync(path('wrong'), 'incorrect horse\n')
      assert.match(read({ passphrase: path('wrong') }), /the keyring does not open/)
    })

    test('refuses whatever bit of the object, the rows or the keyring is changed', () => {
      const chance = seeded(7)
      for (const name of ['object', 'keys', 'keyring'] as const)
        for (let n = 0; n < 3; n++) {
          const changed =
            name === 'object'
              ? flipped(readFileSync(files.object), chance)
              : withChangedKey(readFileSync(files[name], 'utf8'), chance)
          writeFileSync(path('changed'), changed)
          assert.notEqual(read({ [name]: path('changed') }), '', `a change of ${name}`)
        }
    })
  },
)

/** The recording that took its place, with a second of the caller silent. */
async function redacted(kept: Kept, { id, tenant }: KeptRecording): Promise<RecordingId> {
  const { database, recordings, objects, keys, audit } = kept
  await using redactor = openRedaction({
    database,
    recordings,
    objects,
    keys,
    audit,
    retention: { refusal: async () => undefined },
    metrics: openMetrics(),
    clock: systemClock,
    random,
    log: silentLog,
    node: database.node,
  })
  const spans = [{ channel: 0 as const, fromMs: 17_000, toMs: 18_000, why: 'card' }]
  const outcome = await redactor.redact({ tenant, recording: id, spans, mask: 'silence', actor: 'test' })
  assert.ok(outcome.kind === 'redacted')
  return outcome.recording.id
}

function readableConfig(dir: string): string {
  const keys = { providers: [{ id: 'local', kind: 'local', passphrase: `file:${dir}/passphrase` }] }
  const objects = {
    stores: [{ id: 'folder', kind: 'folder', dir: `${dir}/objects` }],
    place: { audio: 'folder' },
  }
  const sip = { listen: [{ tls: { certFile: 'none', keyFile: 'none' } }] }
  return JSON.stringify({
    dataDir: `${dir}/data`,
    sip,
    tenants: tenants.map((id) => ({ id })),
    keys,
    objects,
  })
}

function flipped(bytes: Uint8Array, chance: () => number): Uint8Array {
  const at = Math.floor(chance() * bytes.length)
  const changed = new Uint8Array(bytes)
  changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(chance() * 8))
  return changed
}

/** Changes a bit of each Base 64 text of a key. */
function withChangedKey(text: string, chance: () => number): string {
  return text.replace(
    /"(wrapped|key|check|salt)":( ?)"([A-Za-z0-9+/=]{24,})"/g,
    (_, name: string, gap: string, base64: string) => {
      const changed = flipped(Buffer.from(base64, 'base64'), chance)
      return `"${name}":${gap}"${Buffer.from(changed).toString('base64')}"`
    },
  )
}
