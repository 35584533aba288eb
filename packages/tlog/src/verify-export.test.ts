import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { anyText, keyName, someHash } from './arbitraries.ts'
import { compareLeaves } from './compare-leaves.ts'
import { parseControlLine, serializeControlLine } from './export-lines.ts'
import type { ExportReport } from './export-verifier.ts'
import { frontier, rootOf } from './frontier.ts'
import { leafHash } from './hash.ts'
import { perfectNodes } from './ranges.ts'
import { signCheckpoint } from './signed-checkpoint.ts'
import { signer } from './signer.ts'
import { tileWidth } from './tiles.ts'
import { verifyExport } from './verify-export.ts'

const origin = 'example.com/log'
const own = signer(origin, 'ed25519', new Uint8Array(32).fill(1))
const policy = { log: [own.key] }
const entryLine = (n: number | string) => `{"actor":"a","index":${n}}`
const hashOf = (line: string) => leafHash(Buffer.from(line))
const noteOf = (entries: readonly string[], size: number, name = origin) =>
  signCheckpoint({ origin: name, size, root: rootOf(entries.slice(0, size).map(hashOf)) }, [own], 1)

/** The lines of an export of `size` entries, with checkpoints at these sizes. */
function makeExport(size: number, checkpoints: readonly number[] = [size], from = 0): string[] {
  const entries = Array.from({ length: size }, (_, n) => entryLine(n))
  const hashes = entries.map(hashOf)
  const before = perfectNodes({ from: 0, to: from }).map(({ level, index }) =>
    rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  )
  const lines = [
    serializeControlLine({ kind: 'header', header: { origin, from, before, keys: [own.key.text] } }),
  ]
  for (let start = from; start < size; start += tileWidth) {
    const end = Math.min(size, start + tileWidth)
    lines.push(...entries.slice(start, end))
    for (const at of checkpoints)
      if (at > start && at <= end)
        lines.push(serializeControlLine({ kind: 'checkpoint', note: noteOf(entries, at) }))
    lines.push(
      serializeControlLine({ kind: 'tile', index: start / tileWidth, hashes: hashes.slice(start, end) }),
    )
  }
  return lines
}

async function verify(
  lines: readonly string[] | Buffer,
  known: Parameters<typeof verifyExport>[2] = [],
): Promise<ExportReport> {
  const bytes = Buffer.isBuffer(lines) ? lines : Buffer.from(lines.map((line) => `${line}\n`).join(''))
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997)
  }
  return verifyExport(chunks(), policy, known)
}
const kinds = ({ findings }: ExportReport) =>
  findings.map((finding) => ('index' in finding ? `${finding.kind} ${finding.index}` : finding.kind))

test('verifyExport() proves every entry of an export, whatever its size and wherever it begins', async () => {
  for (const [size, from] of [
    [1, 0],
    [255, 0],
    [256, 0],
    [257, 0],
    [700, 0],
    [700, 256],
    [768, 512],
  ] as const) {
    const report = await verify(makeExport(size, [Math.ceil((from + size) / 2) + 1, size], from))
    assert.deepEqual(report.findings, [], `${size} from ${from}`)
    assert.deepEqual([report.ok, report.proven, report.entries, report.from], [true, size, size - from, from])
  }
})

test('verifyExport() names exactly the entry that was altered', async () => {
  const lines = makeExport(600, [100, 300, 600])
  for (const index of [0, 1, 99, 100, 255, 256, 511, 599]) {
    const at = lines.indexOf(entryLine(index))
    const report = await verify(lines.with(at, entryLine(index).replace('"a"', '"b"')))
    assert.deepEqual(report.findings, [{ kind: 'altered', index, line: at + 1 }])
    assert.equal(report.proven, 600)
  }
})

test('verifyExport() names exactly the entries that were removed, inserted or swapped', async () => {
  const lines = makeExport(600, [100, 300, 600])
  for (const index of [0, 99, 255, 256, 598]) {
    const at = lines.indexOf(entryLine(index))
    assert.deepEqual(kinds(await verify(lines.toSpliced(at, 1))), [`removed ${index}`])
    assert.deepEqual(kinds(await verify(lines.toSpliced(at, 0, entryLine('"new"')))), [`inserted ${index}`])
    const next = lines.indexOf(entryLine(index + 1))
    if (next !== at + 1) continue
    const swapped = lines.with(at, entryLine(index + 1)).with(next, entryLine(index))
    assert.equal((await verify(swapped)).ok, false)
  }
  const three = lines.toSpliced(lines.indexOf(entryLine(20)), 3)
  assert.deepEqual(kinds(await verify(three)), ['removed 20', 'removed 21', 'removed 22'])
  const last = await verify(lines.toSpliced(lines.indexOf(entryLine(599)), 1))
  assert.deepEqual(kinds(last), ['removed 599'])
})

test('verifyExport() tells a changed list of hashes from changed entries', async () => {
  const lines = makeExport(600, [100, 300, 600])
  const at = lines.findIndex((line) => line.startsWith('{"tile":1,'))
  const changed = (lines[at] ?? '').replace(/"hashes":"./, (start) =>
    start.endsWith('A') ? start.replace(/.$/, 'B') : start.replace(/.$/, 'A'),
  )
  assert.deepEqual(kinds(await verify(lines.with(at, changed))), ['tile 1'])
  assert.deepEqual(kinds(await verify(lines.toSpliced(at, 1))), ['tile 1'])
})

test('verifyExport() names the range where an entry and its hash were changed alike', async () => {
  const lines = makeExport(600, [100, 300, 600])
  const forged = makeExport(600, [100, 300, 600]).map((line) => line)
  const index = 150
  const tileAt = lines.findIndex((line) => line.startsWith('{"tile":0,'))
  const tile = Array.from({ length: 256 }, (_, n) => hashOf(n === index ? entryLine('"x"') : entryLine(n)))
  forged[lines.indexOf(entryLine(index))] = entryLine('"x"')
  forged[tileAt] = serializeControlLine({ kind: 'tile', index: 0, hashes: tile })
  const report = await verify(forged)
  assert.deepEqual(report.findings, [
    { kind: 'range', from: 100, to: 300 },
    { kind: 'unproven', from: 100, to: 600 },
  ])
  assert.equal(report.proven, 100)
})

test('verifyExport() finds a cut end, a fork and a rewritten log against a checkpoint that was noted', async () => {
  const entries = Array.from({ length: 600 }, (_, n) => entryLine(n))
  const known = (size: number, of = entries) => [
    { origin, size, root: rootOf(of.slice(0, size).map(hashOf)) },
  ]
  const lines = makeExport(600, [100, 300, 600])
  assert.deepEqual((await verify(lines, known(450))).findings, [])
  assert.deepEqual((await verify(lines, [...known(600), ...known(1)])).findings, [])
  assert.deepEqual(kinds(await verify(makeExport(300), known(450))), ['known'])
  assert.deepEqual(kinds(await verify(lines, known(450, entries.with(17, 'x')))), ['known'])
  const rest = makeExport(600, [600], 256)
  assert.deepEqual((await verify(rest, known(256))).findings, [])
  assert.deepEqual(kinds(await verify(rest, known(256, entries.with(17, 'x')))), ['known'])
  assert.deepEqual(kinds(await verify(rest, known(100))), ['known']) // nothing of it is there to be compared
})

test('verifyExport() refuses checkpoints that nobody signed, of another log, or out of place', async () => {
  const lines = makeExport(300, [100, 300])
  const at = lines.findIndex((line) => line.startsWith('{"checkpoint"'))
  const entries = Array.from({ length: 300 }, (_, n) => entryLine(n))
  const with_ = (note: string) => lines.with(at, serializeControlLine({ kind: 'checkpoint', note }))
  const why = async (report: Promise<ExportReport>) =>
    (await report).findings.map((finding) => (finding.kind === 'checkpoint' ? finding.why : finding.kind))
  const stranger = signer(origin, 'ed25519', new Uint8Array(32).fill(2))
  const root = rootOf(entries.slice(0, 100).map(hashOf))
  assert.deepEqual(await why(verify(with_(signCheckpoint({ origin, size: 100, root }, [stranger], 1)))), [
    'unsigned',
  ])
  assert.deepEqual(await why(verify(with_('junk'))), ['malformed'])
  assert.deepEqual(await why(verify(with_(noteOf(entries, 100, 'example.com/other')))), ['origin'])
  const late = lines.toSpliced(at, 1).concat(lines[at] ?? '')
  assert.deepEqual(await why(verify(late)), ['place'])
  assert.deepEqual(await why(verify(lines.filter((line) => !line.startsWith('{"checkpoint"')))), ['unproven'])
  assert.deepEqual(await why(verify([])), ['header'])
})

test('verifyExport() finds any flipped bit of an export, names the entry if it is one’s, and never throws', async () => {
  const lines = makeExport(300, [40, 256, 300])
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const starts = lines.map((_, n) =>
    Buffer.byteLength(
      lines
        .slice(0, n)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  )
  const flips = [
    ...starts.flatMap((start, n) => (n % 19 === 0 || n > 300 ? [start, start + 10] : [])),
    ...Array.from({ length: 70 }, (_, n) => n * 411),
  ]
  for (const at of flips.filter((one) => one < bytes.length)) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    const report = await verify(flipped)
    const line = lines[starts.findLastIndex((start) => start <= at)] ?? ''
    // The keys in the header are a convenience, which nobody trusts.
    if (line.startsWith('{"export"')) continue
    assert.equal(report.ok, false, `byte ${at} of ${line.slice(0, 40)}`)
    if (!line.startsWith('{"actor"')) continue
    const index = Number(/(\d+)}$/.exec(line)?.[1])
    const named = report.findings.some(
      (finding) => 'index' in finding && finding.kind !== 'tile' && Math.abs(finding.index - index) <= 1,
    )
    assert.ok(named, `${JSON.stringify(report.findings)} for entry ${index}`)
  }
})

test('verifyExport() takes lines without end in bounded memory', async () => {
  const report = await verify(
    Buffer.concat([Buffer.from(`${makeExport(1)[0]}\n`), Buffer.alloc(3_000_000, 65)]),
  )
  assert.equal(report.ok, false)
})

test('verifyExport() never throws, whatever it reads', async () => {
  const header = `${makeExport(1)[0]}\n`
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyText),
      fc.shuffledSubarray(makeExport(270, [10, 270])),
      async (texts, some) => {
        const report = await verify([header.trimEnd(), ...some, ...texts])
        assert.equal(typeof report.ok, 'boolean')
      },
    ),
    { numRuns: 30 },
  )
})

test('parseControlLine() never throws, and undoes serializeControlLine()', () => {
  const parse = (text: string) => parseControlLine(Buffer.from(text))
  fc.assert(
    fc.property(anyText, (text) => void [parse(text), parse(`{"tile":${text}`), parse(`{"export":${text}`)]),
  )
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.array(someHash, { minLength: 1, maxLength: 9 }), (index, hashes) => {
      const line = { kind: 'tile', index, hashes } as const
      assert.deepEqual(parse(serializeControlLine(line)), line)
    }),
  )
  fc.assert(
    fc.property(keyName, fc.integer({ min: 0, max: 9_999 }), fc.array(keyName), (name, tiles, keys) => {
      const from = tiles * tileWidth
      const before = perfectNodes({ from: 0, to: from }).map(() => new Uint8Array(32).fill(7))
      const line = { kind: 'header', header: { origin: name, from, before, keys } } as const
      assert.deepEqual(parse(serializeControlLine(line)), line)
    }),
  )
  assert.deepEqual(parse('{"checkpoint":"x"}'), { kind: 'checkpoint', note: 'x' })
  assert.equal(parse('{"checkpoint": "x"}'), undefined)
})

test('compareLeaves() undoes any removal, and names what was put in', () => {
  const hashes = Array.from({ length: 40 }, (_, n) => hashOf(`${n}`))
  fc.assert(
    fc.property(fc.subarray(hashes.map((_, n) => n)), (kept) => {
      const gone = hashes.map((_, n) => n).filter((n) => !kept.includes(n))
      const found = compareLeaves(
        kept.map((n) => hashes[n] as Uint8Array),
        hashes,
        0,
      )
      assert.deepEqual(
        found.map(({ kind, index }) => [kind, index]),
        gone.map((n) => ['removed', n]),
      )
    }),
  )
  const strange = hashOf('strange')
  assert.deepEqual(compareLeaves([strange, ...hashes], hashes, 100), [
    { kind: 'inserted', index: 100, at: 0 },
  ])
  assert.deepEqual(compareLeaves([...hashes, strange], hashes, 0), [{ kind: 'inserted', index: 40, at: 40 }])
})

test('frontier() goes on from its perfect subtrees', () => {
  const hashes = Array.from({ length: 21 }, (_, n) => hashOf(`${n}`))
  const tree = frontier(
    20,
    perfectNodes({ from: 0, to: 20 }).map(({ level, index }) =>
      rootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
    ),
  )
  tree.push(hashes[20] as Uint8Array)
  assert.deepEqual(tree.root(), rootOf(hashes))
})
