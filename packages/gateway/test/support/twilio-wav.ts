import assert from 'node:assert/strict'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { accountSid } from '#kernel'
import type { GatewayProcess } from './gateway-process.ts'
import { samplesPerSecond } from './spoken.ts'

/** A recording as Twilio's clients download it, by the address that the resource names. */
export async function twilioWav(gateway: GatewayProcess, path: string): Promise<Int16Array> {
  const credentials = Buffer.from(`${accountSid('default')}:${gateway.token}`).toString('base64')
  const answer = await fetch(`https://127.0.0.1:${gateway.apiPort}${path}`, {
    headers: { authorization: `Basic ${credentials}` },
  })
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'audio/wav'])
  const wav = parseWav(new Uint8Array(await answer.arrayBuffer()))
  if ('error' in wav) assert.fail(wav.error)
  return toMono8k(wav)
}

/**
 * The phone never stopped to sound: what is silent for a second was left out, and the time of it was kept; what was skipped after that is not there at
 * all.
 */
export function assertPausedOnce(samples: Int16Array): void {
  assert.ok(samples.length > 3.5 * samplesPerSecond, `${samples.length} samples`)
  const tenths = Array.from({ length: Math.floor(samples.length / 800) }, (_, at) =>
    samples.subarray(at * 800, at * 800 + 800).every((sample) => Math.abs(sample) < 50) ? '.' : '#',
  ).join('')
  assert.match(tenths, /^\.*#{3,}\.{10,18}#{10,}\.{0,5}$/, tenths)
}
