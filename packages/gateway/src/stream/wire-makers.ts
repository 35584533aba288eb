import type { WireChoice } from '#kernel'
import { agentWire } from './wire-agent.ts'
import { asteriskWire } from './wire-asterisk.ts'
import { exotelWire } from './wire-exotel.ts'
import { jambonzWire } from './wire-jambonz.ts'
import { isRecord } from './wire-json.ts'
import { openaiWire } from './wire-openai.ts'
import { plivoContentTypes, plivoWire } from './wire-plivo.ts'
import type { WireSetup } from './wire-setup.ts'
import { telerWire } from './wire-teler.ts'
import { telnyxWire } from './wire-telnyx.ts'
import { vonageWire } from './wire-vonage.ts'
import type { StreamWire } from './wire.ts'
import type { WireMaker } from './wires.ts'

type Options = WireChoice['options']
/** What an option may be: one of some values, a whole number in a range, by steps, or what a function finds right. */
type Rule =
  | readonly unknown[]
  | { readonly min: number; readonly max: number; readonly step: number }
  | ((value: unknown) => boolean)
type Rules = Readonly<Record<string, Rule>>

const narrowOrWide: Rule = [8_000, 16_000]
const anyRate: Rule = [8_000, 16_000, 24_000]
const flag: Rule = [true, false]
const maxJson = 64 * 1_024
const small = (value: unknown) => JSON.stringify(value).length <= maxJson
const word = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= 64
const words: Rule = (value) => Array.isArray(value) && value.length <= 64 && value.every(word)
const audioWord: Rule = (value) => isRecord(value) && word(value['type']) && word(value['field'])

/** The wires that other platforms’ apps and agents speak. */
export const platformWires = {
  telnyx: maker(telnyxWire, { encoding: ['PCMU', 'PCMA', 'L16'], rate: narrowOrWide }, telnyxFault),
  plivo: maker(plivoWire, { content_type: plivoContentTypes }),
  exotel: maker(exotelWire, { rate: anyRate }),
  vonage: maker(vonageWire, { rate: anyRate }, oneTrack),
  teler: maker(
    telerWire,
    {
      rate: [8_000, 16_000, '8k', '16k'],
      chunk_ms: { min: 20, max: 2_000, step: 20 },
    },
    oneTrack,
  ),
  jambonz: maker(jambonzWire, { rate: anyRate }),
  asterisk: {
    ...maker(
      asteriskWire,
      {
        format: ['ulaw', 'alaw', 'slin', 'slin16'],
        control: ['plain-text', 'json'],
        subprotocol: flag,
        high_ms: { min: 200, max: 600_000, step: 1 },
      },
      oneTrack,
    ),
    defaults: { high_ms: 18_000 }, // Asterisk's 900 frames
  },
  'openai-realtime': maker(
    openaiWire,
    {
      session: (value) => isRecord(value) && small(value),
      speaks_first: flag,
      barge_in: flag,
      call_instructions: (value) => typeof value === 'string' && value.length <= 4_096,
    },
    callerAlone,
  ),
  agent: maker(
    agentWire,
    {
      encoding: ['s16le', 'ulaw', 'alaw', 's16be'],
      rate: anyRate,
      receive_rate: anyRate,
      frame_ms: { min: 20, max: 1_000, step: 1 },
      type_field: word,
      begin: (value) => Array.isArray(value) && value.length <= 16 && value.every(isRecord) && small(value),
      send_audio: audioWord,
      receive_audio: audioWord,
      clear: words,
      end: words,
      keys: word,
      tool_call: word,
      tool_result: word,
      tools: words,
    },
    callerAlone,
  ),
} satisfies Readonly<Record<string, WireMaker>>

function maker(
  make: (setup: WireSetup) => StreamWire,
  rules: Rules,
  more: (options: Options, direction: WireSetup['direction']) => string | undefined = () => undefined,
): WireMaker {
  return {
    make: ({ about, options }, start, direction, band) => make({ about, options, start, direction, band }),
    fault: (options, direction) => faultOf(rules, options) ?? more(options, direction),
  }
}

function faultOf(rules: Rules, options: Options): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) return `${name} is no option of this wire`
    if (!isAllowed(rule, value)) return `${name} cannot have this value`
  }
  return undefined
}

function isAllowed(rule: Rule, value: unknown): boolean {
  if (typeof rule === 'function') return rule(value)
  if (!('step' in rule)) return rule.includes(value)
  return (
    typeof value === 'number' &&
    value >= rule.min &&
    value <= rule.max &&
    (value - rule.min) % rule.step === 0
  )
}

/** Of wires that do not say whose audio is whose. */
function oneTrack(_: Options, direction: WireSetup['direction']): string | undefined {
  return direction === 'both_tracks' ? 'this wire carries one track' : undefined
}

/** An agent hears whoever it talks with, or listens to. */
function callerAlone(_: Options, direction: WireSetup['direction']): string | undefined {
  return direction === 'both' || direction === 'inbound' ? undefined : 'an agent hears the caller alone'
}

function telnyxFault({ encoding, rate }: Options): string | undefined {
  return rate === 16_000 && encoding !== 'L16' ? 'G.711 is at 8000 alone' : undefined
}
