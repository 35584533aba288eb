import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseId, type Random, type TenantId } from '#kernel'
import { newRecordingHeader } from './new-recording.ts'
import { parseRecordingHeader, type RecordingIdentity } from './recording-header.ts'
import { openRecording } from './recording-reader.ts'
import { recordingSealer } from './recording-sealer.ts'
import { redactRecording } from './redact-recording.ts'
import { sectionKeys } from './section-keys.ts'
import { audioAt, gather } from './test-keys.ts'

const vectorFile = new URL('../../../../spec/vectors/recording/sections.json', import.meta.url)
const source = 'packages/gateway/src/vault/recording-vectors.test.ts, with VOXKEEP_WRITE_VECTORS=1'
const seeds = ['sealed', 'redacted']

interface Case {
  readonly name: string
  readonly tenant: string
  readonly call: string
  readonly recording: string
  readonly state: 'sealed'
  readonly segments: number
  readonly dataKey: string
  readonly plain: string
  readonly object: string
}
interface Vectors {
  readonly source: string
  readonly tree: { readonly root: string; readonly sections: Readonly<Record<string, string>> }
  readonly cases: readonly Case[]
}

/** The same in every run. */
function seeded(seed: string): Random {
  let drawn = 0
  const bytes = (outputLength: number) =>
    new Uint8Array(createHash('shake256', { outputLength }).update(`${seed} ${++drawn}`).digest())
  return { bytes }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const dataKeyOf = (seed: string) => seeded(`data key ${seed}`).bytes(32)

function owner(recording: number): RecordingIdentity {
  const id = (kind: 'call' | 'rec', n: number) => `${kind}_${n.toString(16).padStart(32, '0')}`
  const [call, rec] = [parseId('call', id('call', 1)), parseId('rec', id('rec', recording))]
  assert.ok(call && rec)
  return { tenant: 'acme' as TenantId, call, recording: rec }
}

/** 100 ms, and then the same with the caller's second half silent. */
async function made(dir: string): Promise<Vectors> {
  const plain = Uint8Array.from({ length: 1_600 }, (_, at) => audioAt((at & 1) as 0 | 1, at >> 1))
  const [first, second] = [owner(1), owner(2)]
  const header = newRecordingHeader(first, 1_767_225_600_000)
  const info = parseRecordingHeader(header)
  assert.ok(info)
  const sealer = recordingSealer(info, header, dataKeyOf('sealed'), seeded('sealed'))
  const object = Buffer.concat([sealer.start, sealer.finish(plain)])
  const [from, path] = [join(dir, 'first'), join(dir, 'second')]
  writeFileSync(from, object)
  const expected = { ...first, state: 'sealed' as const, segments: 1 }
  await redactRecording({
    from,
    openKey: async () => dataKeyOf('sealed'),
    expected: { ...expected, sha256: createHash('sha256').update(object).digest('hex') },
    spans: [{ channel: 0, fromMs: 50, toMs: 100 }],
    mask: 'silence',
    to: { id: second.recording, path, dataKey: dataKeyOf('redacted') },
    random: seeded('redacted'),
  })
  const objects = [object, readFileSync(path)]
  const cases = [first, second].map(async (one, n) => {
    const dataKey = dataKeyOf(seeds[n] ?? '')
    await using reader = await openRecording(n === 0 ? from : path, async () => dataKey.slice(), {
      ...expected,
      ...one,
    })
    const audio = await gather(reader.read(0, 100))
    const sealed = { dataKey: hex(dataKey), plain: hex(audio), object: hex(objects[n] ?? object) }
    return { name: seeds[n] ?? '', ...one, state: 'sealed' as const, segments: 1, ...sealed }
  })
  const root = seeded('root').bytes(32)
  const keys = sectionKeys([{ level: 0, index: 0, key: root.slice() }])
  const sections = Object.fromEntries([0, 1, 2, 219, 65_535].map((n) => [n, hex(keys.of(n) ?? root)]))
  return { source, tree: { root: hex(root), sections }, cases: await Promise.all(cases) }
}

test('recordingSealer() and redactRecording() make what spec/vectors/recording holds, and openRecording() reads it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-vectors-'))
  const vectors = await made(dir)
  if (process.env['VOXKEEP_WRITE_VECTORS'])
    writeFileSync(vectorFile, `${JSON.stringify(vectors, undefined, 2)}\n`)
  const known = JSON.parse(readFileSync(vectorFile, 'utf8')) as Vectors
  assert.deepEqual(vectors, known)
  for (const { object, plain, dataKey, state, segments, recording } of known.cases) {
    const path = join(dir, recording)
    writeFileSync(path, bytesOf(object))
    const id = parseId('rec', recording) ?? assert.fail()
    const expected = { ...owner(1), recording: id, state, segments }
    await using reader = await openRecording(path, async () => bytesOf(dataKey), expected)
    assert.equal(hex(await gather(reader.read(0, 1_000))), plain)
  }
  rmSync(dir, { recursive: true })
})
