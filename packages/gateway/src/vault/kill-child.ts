import { writeFileSync } from 'node:fs'
import { systemClock } from '#kernel'
import { nodeRecordingFs, type RecordingFs } from './part-file.ts'
import { identity, speak, startRecording, testKeys } from './test-keys.ts'

// Run by recover-recordings.test.ts: records faster than life, and says how many bytes reached the file, until it is killed.
const dir = process.argv[2] ?? ''
const keys = testKeys()
const owner = identity()
let nowMs = 0
const clock = {
  ...systemClock,
  monotonicMs: () => nowMs,
  advance: (ms: number) => void (nowMs += ms),
  timers: 0,
}
let written = 0
const fs: RecordingFs = {
  ...nodeRecordingFs,
  async create(path) {
    const file = await nodeRecordingFs.create(path)
    return {
      ...file,
      write: (bytes, position) => file.write(bytes, position).then(() => void (written += bytes.length)),
    }
  },
}
const { path, writer } = startRecording({ dir, keys, clock }, owner, { fs })
await writer.ready
writeFileSync(`${dir}/owner.json`, JSON.stringify({ ...owner, path }))
const isBehind = (frame: number) => written < (frame - 100) * 320
for (let frame = 0; ; frame += 50) {
  await speak(clock, writer, 50, frame)
  while (isBehind(frame)) await new Promise(setImmediate) // the disk sets the pace
  process.stdout.write(`${written}\n`)
}
