import type { WireChoice, WireName } from '#kernel'
import type { StreamBand, StreamStart, StreamTarget } from './contract.ts'
import { mediaFault } from './media-options.ts'
import { mediaWire } from './media-wire.ts'
import { twilioWire } from './twilio-wire.ts'
import { platformWires } from './wire-makers.ts'
import type { StreamWire } from './wire.ts'

type Direction = StreamTarget['direction']

/** Makes the wires of one name. */
export interface WireMaker {
  /** The wire of one stream. Its options were found to be without fault. Never throws. */
  make(choice: WireChoice, start: StreamStart, direction: Direction, band: StreamBand): StreamWire
  /** What is wrong with options, or that the wire cannot carry what a stream of this direction hears; undefined: nothing. Default: there must be no options. */
  fault?(options: WireChoice['options'], direction: Direction): string | undefined
  /** What others than the wire look at, where the options leave it out. */
  readonly defaults?: WireChoice['options']
}

/** Every wire that is spoken. A name without an entry cannot be asked for. */
const makers: { readonly [name in WireName]?: WireMaker } = {
  twilio: { make: (_, start, direction) => twilioWire(start, direction) },
  voxkeep: { make: mediaWire, fault: mediaFault, defaults: { high_ms: 30_000 } },
  ...platformWires,
}

export function isSpoken(name: WireName): boolean {
  return makers[name] !== undefined
}

/** What is wrong with the options that a wire was given, or with what it is to carry; undefined: nothing. */
export function wireFault(
  name: WireName,
  options: WireChoice['options'],
  direction: Direction,
): string | undefined {
  const check = makers[name]?.fault
  if (check !== undefined) return check(options, direction)
  return Object.keys(options).length === 0 ? undefined : 'this wire has no options'
}

/** A wire's options as they were given, with what others than the wire look at. */
export function withDefaults(name: WireName, options: WireChoice['options']): WireChoice['options'] {
  return { ...makers[name]?.defaults, ...options }
}

const narrow: StreamBand = { hearsWide: false, saysWide: false }

/** The wire of one stream; Twilio's where nothing was chosen. */
export function wireOf(
  choice: WireChoice | undefined,
  start: StreamStart,
  direction: Direction,
  band = narrow,
): StreamWire {
  const maker = choice === undefined ? undefined : makers[choice.name]
  return choice === undefined || maker === undefined
    ? twilioWire(start, direction)
    : maker.make(choice, start, direction, band)
}
