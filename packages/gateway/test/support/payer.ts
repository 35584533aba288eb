import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serializeWav } from '@voxkeep/wire/wav'
import { keyTone, placeCall, type Keypad, type KeyWay } from '@voxkeep/softphone'
import { passesLuhn } from '#src/call/card-number.ts'
import { startBaresip } from './baresip.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { samplesPerSecond, spoken } from './spoken.ts'

/** Somebody who calls, says something, and then keys in a card. */
export interface Payer extends AsyncDisposable {
  /** Presses keys one after the other; resolves when the last was released. Nothing happens where they are in the phone's audio. */
  press(keys: string): Promise<void>
  hangup(): void
}

export interface TestCard {
  readonly number: string
  readonly expiry: string
  readonly code: string
}

/** What is heard of a payer before the keys. */
export const payerSays: Int16Array = spoken(2)

/** A card of American Express that nobody has: the code has four digits, and begins with a 0 so that no number of ours looks like it. */
export function testCard(seed: number): TestCard {
  const head = `37${String(1_000_003 * (seed + 17) * 7_919)
    .padStart(12, '5')
    .slice(-12)}`
  const last = Array.from('0123456789').find((digit) => passesLuhn(new TextEncoder().encode(head + digit)))
  return { number: `${head}${last}`, expiry: '1139', code: `0${String(313 + seed * 101)}` }
}

const keyMs = 120
const betweenMs = 170

/** A phone of ours, which knows all ways. */
export function softPayer(gateway: GatewayProcess, to: string, by: KeyWay, says = payerSays): Payer {
  const up = Promise.withResolvers<Keypad>()
  const leave = new AbortController()
  const over = placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to,
    codecs: ['PCMU'],
    speech: says,
    onKeypad: up.resolve,
    signal: leave.signal,
  })
  return {
    async press(keys) {
      const press = await up.promise
      for (const key of keys) {
        press(key, by, keyMs)
        await new Promise((resolve) => setTimeout(resolve, betweenMs))
      }
    },
    hangup: () => leave.abort(),
    async [Symbol.asyncDispose]() {
      leave.abort()
      await over
    },
  }
}

/** A real phone that presses keys as telephone events. */
export async function baresipPayer(gateway: GatewayProcess, to: string, index: number): Promise<Payer> {
  return phonePayer(gateway, to, index, joined(payerSays, new Int16Array(90 * samplesPerSecond)))
}

/** How long after the call is up a payer by `file` begins to key in: until then the room must be shut. */
const fileLeadSeconds = 8

/** Whoever was not understood tries again, after a silence that ends what was. */
const betweenRoundsSeconds = 8

/** A real phone whose audio holds the keys' tones. */
export async function tonePayer(
  gateway: GatewayProcess,
  to: string,
  index: number,
  keys: string,
): Promise<Payer> {
  const lead = new Int16Array(fileLeadSeconds * samplesPerSecond)
  lead.set(payerSays)
  const pause = new Int16Array(0.1 * samplesPerSecond)
  const tones = Array.from(keys, (key) => joined(keyTone(key, keyMs), pause))
  const rest = new Int16Array(betweenRoundsSeconds * samplesPerSecond)
  const says = joined(lead, ...tones, rest, ...tones, rest, ...tones, new Int16Array(60 * samplesPerSecond))
  return { ...(await phonePayer(gateway, to, index, says)), press: async () => {} }
}

async function phonePayer(
  gateway: GatewayProcess,
  to: string,
  index: number,
  says: Int16Array,
): Promise<Payer> {
  const folder = await gateway.folder()
  const file = join(folder, 'says.wav')
  const data = new Uint8Array(says.buffer, says.byteOffset, says.byteLength)
  writeFileSync(file, serializeWav({ format: 'pcm16', sampleRateHz: samplesPerSecond, channels: 1, data }))
  const ports = gateway.mediaPorts.phone(index)
  const { caFile } = gateway.deployment
  const phone = await startBaresip({ folder, says: file, ports, caFile, user: '+12025550143' })
  phone.dial(`sip:${to}@127.0.0.1:${gateway.sipPort};transport=tls`)
  await phone.until('CALL_ESTABLISHED')
  return {
    press: (keys) => phone.press(keys),
    hangup: () => phone.hangup(),
    [Symbol.asyncDispose]: () => phone[Symbol.asyncDispose](),
  }
}

function joined(...parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
