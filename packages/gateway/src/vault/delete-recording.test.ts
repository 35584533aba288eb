import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { deleteRecording } from './delete-recording.ts'
import { bench, identity, recorded, speak, startRecording } from './test-keys.ts'

test('deleteRecording() removes a recording, an unfinished one too, and one that is gone already', async () => {
  using at = bench()
  const { path } = await recorded(at, 60)
  await deleteRecording(path)
  assert.ok(!existsSync(path))
  const unfinished = startRecording(at, identity())
  await unfinished.writer.ready
  await speak(at.clock, unfinished.writer, 100)
  await deleteRecording(unfinished.path)
  assert.ok(!existsSync(`${unfinished.path}.part`))
  await deleteRecording(unfinished.path)
  await assert.rejects(unfinished.writer.finish())
})
