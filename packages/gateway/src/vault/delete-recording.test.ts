import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { deleteRecording } from './delete-recording.ts'
import { openRecording } from './recording-reader.ts'
import { parseRecordingHeader } from './recording-header.ts'
import { bench, identity, recorded, speak, startRecording } from './test-keys.ts'

test('deleteRecording() destroys the wrapped key before it removes the file, and says which', async () => {
  using at = await bench()
  const { path, owner, sealed } = await recorded(at, 60)
  const info = parseRecordingHeader(readFileSync(path))
  assert.ok(info)
  linkSync(path, `${path}.kept`) // what somebody who kept the file would still have
  const { wrappedKeySha256 } = await deleteRecording(path)
  assert.equal(wrappedKeySha256, createHash('sha256').update(info.wrappedKey).digest('hex'))
  assert.ok(!existsSync(path))
  const kept = readFileSync(`${path}.kept`)
  assert.ok(!kept.includes(Buffer.from(info.wrappedKey).toString('base64')))
  await assert.rejects(
    openRecording(`${path}.kept`, at.keys, { ...owner, state: 'sealed', segments: sealed.segments }),
    { code: 'VAULT_TAMPERED' },
  )
})

test('deleteRecording() removes an unfinished recording too, and one that is gone already', async () => {
  using at = await bench()
  const { path, writer } = startRecording(at, identity())
  await writer.ready
  await speak(at.clock, writer, 100)
  const { wrappedKeySha256 } = await deleteRecording(path)
  assert.match(wrappedKeySha256 ?? '', /^[0-9a-f]{64}$/)
  assert.ok(!existsSync(`${path}.part`))
  assert.deepEqual(await deleteRecording(path), { wrappedKeySha256: null })
  await assert.rejects(writer.finish())
})
