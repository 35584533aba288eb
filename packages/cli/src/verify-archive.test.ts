import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { serializeNote, signer } from '@voxkeep/tlog'
import * as fc from 'fast-check'
import { parseTarHeader } from './tar.ts'
import { verifyArchive } from './verify-archive.ts'

const ours = signer('gw/exports', 'ed25519', new Uint8Array(32).fill(1))
const other = signer('gw/exports', 'ed25519', new Uint8Array(32).fill(2))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('verifyArchive()', () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-archive-'))
  after(() => rmSync(dir, { recursive: true }))

  /** An archive as Debian's tar makes it, of these files and a manifest that lists others. */
  function archive(name: string, files: Record<string, string>, listed = files, key = ours): string {
    const folder = join(dir, name)
    mkdirSync(join(folder, 'calls'), { recursive: true })
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
    const lines = Object.entries(listed).map(([path, text]) => `${sha256(text)} ${text.length} ${path}`)
    const text = `voxkeep subject export v1\n${lines.join('\n')}\n`
    writeFileSync(join(folder, 'MANIFEST'), serializeNote({ text, signatures: [key.sign(text, 0)] }))
    const file = join(dir, `${name}.tar`)
    spawnSync('tar', ['--format=ustar', '-cf', file, '-C', folder, ...Object.keys(files), 'MANIFEST'])
    return file
  }
  const files = { 'calls/a.json': '{"a":1}', 'calls/b.json': 'b'.repeat(70_000) }
  const faults = async (file: string, keys = [ours.key.text]) => (await verifyArchive(file, keys)).faults

  test('finds nothing wrong with what was exported', async () => {
    assert.deepEqual(await verifyArchive(archive('whole', files), [ours.key.text]), { files: 2, faults: [] })
  })

  test('names what was changed, added and removed', async () => {
    const changed = { 'calls/a.json': '{"a":2}', 'calls/c.json': 'c' }
    assert.deepEqual(await faults(archive('changed', changed, files)), [
      'calls/a.json was changed',
      'calls/c.json is not in the manifest',
      'calls/b.json is missing',
    ])
  })

  test('takes no manifest that another key signed, or none', async () => {
    assert.deepEqual(await faults(archive('forged', files, files, other)), [
      'none of the keys signed the manifest',
    ])
    assert.match((await faults(archive('whole', files), ['rubbish']))[0] ?? '', /no key to check with/)
  })

  test('tells an archive that was cut off', async () => {
    const whole = readFileSync(archive('cut', files))
    const cut = join(dir, 'short.tar')
    writeFileSync(cut, whole.subarray(0, 1_024))
    assert.match((await faults(cut))[0] ?? '', /cut off/)
    writeFileSync(cut, whole.subarray(0, 20_000))
    await assert.rejects(verifyArchive(cut, [ours.key.text]), /cut off/)
  })

  test('refuses what an unpacker would make something else of than what was looked at', async () => {
    const whole = readFileSync(archive('sly', files))
    const first = whole.subarray(0, 1_024) // the header of a.json, and its content
    const file = join(dir, 'sly.tar')
    const evil = Buffer.from(first)
    evil.write('{"a":2}', 512)
    writeFileSync(file, Buffer.concat([evil, whole]))
    assert.deepEqual(await faults(file), ['calls/a.json is there twice'])
    const end = whole.findLastIndex((byte) => byte !== 0)
    const entries = whole.subarray(0, Math.ceil((end + 1) / 512) * 512)
    const spaced = Buffer.from(evil)
    spaced.write('0000000007 ', 124, 'latin1') // a size that GNU tar reads and we do not
    const sum = spaced
      .subarray(0, 512)
      .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
    spaced.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    for (const tail of [spaced, Buffer.concat([Buffer.alloc(512), evil])]) {
      writeFileSync(file, Buffer.concat([entries, tail, Buffer.alloc(1_024)]))
      const found = await faults(file).catch((error: unknown) => [String(error)])
      assert.match(found[0] ?? '', /no plain file|there twice/)
    }
  })

  test('takes no signed note that is no manifest', async () => {
    const folder = join(dir, 'note')
    mkdirSync(folder)
    const text = 'gw/exports\n1\nAA==\n'
    writeFileSync(join(folder, 'MANIFEST'), serializeNote({ text, signatures: [ours.sign(text, 0)] }))
    const file = join(dir, 'note.tar')
    spawnSync('tar', ['--format=ustar', '-cf', file, '-C', folder, 'MANIFEST'])
    assert.deepEqual(await faults(file), ['the manifest is not that of an export'])
  })

  test('survives any bytes', async () => {
    const file = join(dir, 'any.tar')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_048 }), async (bytes) => {
        writeFileSync(file, bytes)
        assert.notDeepEqual(await faults(file).catch(() => ['no archive']), [])
      }),
      { numRuns: 30 },
    )
  })
})

test('parseTarHeader() never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 500, maxLength: 600 }), (header) => void parseTarHeader(header)),
  )
})
