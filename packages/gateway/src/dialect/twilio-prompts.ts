import {
  address,
  attribute,
  flag,
  given,
  languageOf,
  number,
  schemaWarning,
  warn,
  type TwimlContext,
} from './twilio-context.ts'
import { elementsOf, textOf, type XmlElement } from './twilio-xml.ts'

/** `Say`, `Play` and `Pause` as commands. */
export function promptCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  switch (element.name) {
    case 'Say': {
      const words = spokenOf(context, element)
      return words === undefined ? [] : [{ type: 'say', ...words, loop: loopOf(context, element) }]
    }
    case 'Play':
      return playCommand(context, element)
    default:
      return [
        { type: 'wait', ms: 1_000 * (number(context, element, 'length', { min: 0, max: 14_400 }) ?? 1) },
      ]
  }
}

/** The same inside a `Gather` or a `Prompt`. */
export function promptParts(context: TwimlContext, element: XmlElement): readonly object[] {
  return elementsOf(element).flatMap((child): object[] => {
    const loop = loopOf(context, child)
    switch (child.name) {
      case 'Say': {
        const words = spokenOf(context, child)
        if (words === undefined) return []
        const { text: say, ...rest } = words
        return [{ say, ...rest, loop }]
      }
      case 'Play': {
        const play = address(context, child, textOf(child))
        return play === undefined ? [] : [{ play, loop }]
      }
      case 'Pause':
        return [{ wait_ms: 1_000 * (number(context, child, 'length', { min: 0, max: 60 }) ?? 1) }]
      default:
        warn(context, schemaWarning, `${element.name}: a ${child.name} cannot be inside`)
        return []
    }
  })
}

function playCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  const keys = attribute(element, 'digits')
  if (keys !== undefined) {
    if (/^[0-9A-Da-d*#wW]{1,64}$/.test(keys)) return [{ type: 'send_digits', digits: keys }]
    warn(context, 13_420, 'Play: digits that are none')
    return []
  }
  const url = address(context, element, textOf(element))
  if (url !== undefined) return [{ type: 'play', url, loop: loopOf(context, element) }]
  warn(context, 13_410, 'Play: no address')
  return []
}

/** 0 is for ever, which is as often as there may be. */
function loopOf(context: TwimlContext, element: XmlElement): number {
  const loop = number(context, element, 'loop', { min: 0, max: 1_000 }) ?? 1
  return loop === 0 ? maxLoop : Math.min(loop, maxLoop)
}

const maxLoop = 100
const maxText = 4_096

interface Spoken {
  readonly text: string
  readonly voice?: string
  readonly language?: string
}

function spokenOf(context: TwimlContext, element: XmlElement): Spoken | undefined {
  const hasMarkup = elementsOf(element).length > 0
  const words = textOf(element).replace(/\s+/g, ' ').trim()
  const text = hasMarkup ? `<speak>${element.children.map(ssml).join('').trim()}</speak>` : words
  if (words === '' && !hasMarkup) {
    warn(context, 13_520, 'Say: nothing to say')
    return undefined
  }
  if (text.length > maxText) {
    warn(context, 13_520, `Say: more than ${maxText} characters`)
    return undefined
  }
  return { text, ...voiceOf(context, element), ...languageOf(element) }
}

/** Which of our voices it is: documents name those of others. */
export function voiceOf(
  context: TwimlContext,
  element: XmlElement,
  name = 'voice',
): { readonly voice?: string } {
  const asked = attribute(element, name) ?? ''
  const voice = Object.hasOwn(context.settings.voices, asked) ? context.settings.voices[asked] : undefined
  return given({ voice })
}

/** Written anew from what was parsed, so that nothing is in it but elements and text. */
function ssml(node: XmlElement | string): string {
  if (typeof node === 'string') return escape(node)
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escape(value)}"`)
  const inside = node.children.map(ssml).join('')
  return `<${node.name}${attributes.join('')}${inside === '' ? '/>' : `>${inside}</${node.name}>`}`
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A `Gather`: what the caller presses or says. */
export function gatherCommand(context: TwimlContext, element: XmlElement, next: object): object {
  const input = (attribute(element, 'input') ?? 'dtmf').split(/[\s,]+/)
  const finish = element.attributes['finishOnKey']
  const partials = address(context, element, element.attributes['partialResultCallback'])
  const pause = attribute(element, 'speechTimeout')
  const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1_000)
  const seconds = (name: string, min: number, max: number) => ms(number(context, element, name, { min, max }))
  const keys = input.includes('dtmf') ? ['keys'] : []
  const speech = input.includes('speech') ? ['speech'] : []
  return {
    type: 'gather',
    input: keys.length + speech.length > 0 ? [...keys, ...speech] : ['keys'],
    prompts: promptParts(context, element),
    barge_in: flag(element, 'bargeIn') ?? true,
    on_empty: flag(element, 'actionOnEmptyResult') === true ? 'ask' : 'go-on',
    ...given({
      num_digits: number(context, element, 'numDigits', { min: 1, max: 64 }),
      finish_on_key: finish === undefined ? undefined : (/^[0-9*#]/.exec(finish.trim())?.[0] ?? ''),
      timeout_ms: seconds('timeout', 1, 120),
      end_silence_ms: pause === undefined || pause === 'auto' ? undefined : seconds('speechTimeout', 1, 10),
      max_speech_ms: seconds('maxSpeechTime', 1, 120),
      hints: attribute(element, 'hints')
        ?.split(',')
        .map((hint) => hint.trim().slice(0, 100))
        .filter((hint) => hint !== '')
        .slice(0, 100),
      partials: partials && {
        url: partials,
        method: attribute(element, 'partialResultCallbackMethod') === 'GET' ? 'GET' : 'POST',
      },
    }),
    ...languageOf(element),
    ...next,
  }
}
