import { writeFileSync } from 'node:fs'
import { serializeWav } from '@voxkeep/wire/wav'

/** Writes what was heard, at 8 kHz, into a WAV file that only its owner may read. */
export function writeHeard(file: string, heard: Int16Array): void {
  const data = new Uint8Array(heard.buffer, heard.byteOffset, heard.byteLength)
  writeFileSync(file, serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data }), {
    mode: 0o600,
  })
}
