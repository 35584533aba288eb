import { encodeUlaw } from '@voxkeep/wire/g711'
import type { WireSetup } from './wire-setup.ts'
import type { AppMessage, Outgoing, StreamWire } from './wire.ts'

/** A stream for the tests of wires. */
export function testSetup(
  options: WireSetup['options'] = {},
  direction: WireSetup['direction'] = 'both',
): WireSetup {
  return {
    start: {
      accountSid: `AC${'a'.repeat(32)}`,
      callSid: `CA${'c'.repeat(32)}`,
      streamSid: `MZ${'5'.repeat(32)}`,
      customParameters: { customer: '42' },
    },
    direction,
    about: {
      call_id: 'call_1',
      leg_id: 'leg_1',
      from: '+12125550100',
      to: '+12125550199',
      direction: 'inbound',
      app: 'bank',
    },
    options,
    band: { hearsWide: false, saysWide: false },
  }
}

/** A tone as µ-law at 8 kHz. */
export function tone(ms: number, hz = 400): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / 8_000)),
  )
  return encodeUlaw(samples, new Uint8Array(samples.length))
}

/** What was sent as text. */
export function json(message: Outgoing | undefined): unknown {
  return typeof message === 'string' ? JSON.parse(message) : undefined
}

/** What the wire makes of a text message. */
export function said(wire: StreamWire, message: object | string): readonly AppMessage[] {
  return wire.read(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)), true)
}

export function heard(messages: readonly AppMessage[]): Uint8Array {
  const [message] = messages
  return message?.kind === 'audio' ? new Uint8Array(message.ulaw) : new Uint8Array(0)
}

/** How far two pieces of µ-law are apart, code by code, once the filters are full; `delay` samples are the filters’ own. */
export function furthest(a: Uint8Array, b: Uint8Array, linear: (code: number) => number, delay = 0): number {
  let most = 0
  for (let i = 100; i + delay < Math.min(a.length, b.length); i += 1)
    most = Math.max(most, Math.abs(linear(a[i] ?? 0) - linear(b[i + delay] ?? 0)))
  return most
}
