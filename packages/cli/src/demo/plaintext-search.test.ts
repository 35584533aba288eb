import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { audioNeedles, byteNeedles, frameNeedles, textNeedles, type Needle } from './needles.ts'
import { needleSearch, searchFolders } from './plaintext-search.ts'

const number = '+12025550143'
const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 0xff)
const kinds = (needles: readonly Needle[], bytes: Uint8Array) => [
  ...new Set(needleSearch(needles)(bytes).map(({ what }) => what)),
]

test('needleSearch() finds a text whatever its encoding and place', () => {
  const needles = textNeedles('number', number)
  const found = (text: string | Buffer) => kinds(needles, Buffer.from(text))
  assert.deepEqual(found(`{"from":"${number}"}`), ['number'])
  assert.deepEqual(found(Buffer.from(`x${number}`, 'utf16le')), ['number (UTF-16)'])
  assert.deepEqual(found(Buffer.from(number).toString('hex').toUpperCase()), ['number (hex)'])
  for (const before of ['', 'a', 'ab', 'abc']) {
    assert.deepEqual(found(Buffer.from(`${before}${number}zz`).toString('base64')), ['number (base64)'])
  }
  assert.deepEqual(found('+12025550144, 2025550143'), [])
})

test('needleSearch() finds every needle, wherever it is planted in whatever bytes', () => {
  const needle = fc.record({ what: fc.string(), bytes: fc.uint8Array({ minLength: 6, maxLength: 40 }) })
  fc.assert(
    fc.property(fc.array(needle, { minLength: 1 }), fc.uint8Array(), fc.uint8Array(), (needles, a, b) => {
      const search = needleSearch(needles)
      for (const { what, bytes } of needles) {
        const findings = search(Uint8Array.from([...a, ...bytes, ...b]))
        assert.ok(
          findings.some((finding) => finding.what === what && finding.offset === a.length),
          what,
        )
      }
    }),
  )
})

test('audioNeedles() tell audio that was cut anywhere, and never silence', () => {
  const audio = noise(4_000)
  const needles = audioNeedles('speech', audio)
  assert.deepEqual(kinds(needles, audio.slice(777, 1_700)), ['speech'])
  assert.deepEqual(audioNeedles('speech', new Uint8Array(4_000).fill(0xff)), [])
})

test('frameNeedles() tell a frame on the stream', () => {
  const audio = noise(1_600)
  const message = JSON.stringify({
    media: { payload: Buffer.from(audio.slice(320, 480)).toString('base64') },
  })
  assert.deepEqual(kinds(frameNeedles('frame', audio), Buffer.from(message)), ['frame'])
})

async function folder(t: TestContext, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'voxkeep-search-'))
  t.after(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'data/deep'), { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content)
  return root
}

test('searchFolders() names the file that holds planted plaintext', async (t) => {
  const root = await folder(t, { 'data/a': noise(9_000), 'data/deep/b': `..${number}..` })
  const result = await searchFolders(root, ['data'], textNeedles('number', number))
  assert.deepEqual(result.findings, [{ file: 'data/deep/b', what: 'number', offset: 2 }])
  assert.equal(result.files, 2)
  assert.equal(result.bytes, 9_016)
  assert.equal(result.control.found, result.needles)
})

test('searchFolders() excuses a file for what is its purpose, and for nothing else', async (t) => {
  const key = noise(32)
  const text = JSON.stringify({ key: Buffer.from(key).toString('base64'), number })
  const root = await folder(t, { 'data/keyring.json': text, 'data/other.json': text })
  const needles = [...byteNeedles('key', key), ...textNeedles('number', number)]
  const { findings } = await searchFolders(root, ['data'], needles, { 'keyring.json': 'key' })
  assert.deepEqual(
    findings.map(({ file, what }) => `${file}: ${what}`),
    ['data/keyring.json: number', 'data/other.json: key (base64)', 'data/other.json: number'],
  )
})
