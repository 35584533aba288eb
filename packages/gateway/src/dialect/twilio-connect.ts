import {
  action,
  address,
  attribute,
  callback,
  flag,
  given,
  languageOf,
  schemaWarning,
  warn,
  type TwimlContext,
} from './twilio-context.ts'
import { voiceOf } from './twilio-prompts.ts'
import { recordingWords } from './twilio-dial.ts'
import { elementsOf, textOf, type XmlElement } from './twilio-xml.ts'

/** `Connect`: the call is the app's until it lets go. */
export function connectCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  const [noun, ...others] = elementsOf(element)
  if (others.length > 0) warn(context, schemaWarning, 'Connect: more than one noun; the first is taken')
  if (noun === undefined) {
    warn(context, schemaWarning, 'Connect: no noun')
    return []
  }
  switch (noun.name) {
    case 'Stream':
      return streamCommand(context, noun, 'both', action(context, element))
    case 'ConversationRelay':
      return relayCommand(context, noun, action(context, element))
    default:
      warn(context, schemaWarning, `Connect: a ${noun.name} is not known`)
      return []
  }
}

/** `Start`: something runs beside what follows. */
export function startCommands(context: TwimlContext, element: XmlElement): readonly object[] {
  return elementsOf(element).flatMap((noun): readonly object[] => {
    switch (noun.name) {
      case 'Stream':
        return streamCommand(context, noun, trackOf(context, noun))
      case 'Recording':
        return [
          {
            type: 'record',
            action: 'start',
            ...given({ events: callback(context, noun, 'recordingStatusCallback', recordingWords) }),
          },
        ]
      default:
        warn(context, schemaWarning, `Start: a ${noun.name} is not known`)
        return []
    }
  })
}

/** `Stop`: what `Start` began. */
export function stopCommands(context: TwimlContext, element: XmlElement): readonly object[] {
  return elementsOf(element).flatMap((noun): object[] => {
    switch (noun.name) {
      case 'Stream':
        return [{ type: 'stream', action: 'stop', ...given({ name: attribute(noun, 'name') }) }]
      case 'Recording':
        return [{ type: 'record', action: 'stop' }]
      default:
        warn(context, schemaWarning, `Stop: a ${noun.name} is not known`)
        return []
    }
  })
}

function trackOf(context: TwimlContext, noun: XmlElement): 'inbound' | 'outbound' | 'both_tracks' {
  const track = attribute(noun, 'track') ?? 'inbound_track'
  switch (track) {
    case 'outbound_track':
      return 'outbound'
    case 'both_tracks':
      return 'both_tracks'
    case 'inbound_track':
      return 'inbound'
    default:
      warn(context, 31_941, 'Stream: a track that is none')
      return 'inbound'
  }
}

function streamCommand(
  context: TwimlContext,
  noun: XmlElement,
  direction: string,
  next: object = {},
): readonly object[] {
  const url = socketAddress(context, noun)
  if (url === undefined) {
    warn(context, schemaWarning, 'Stream: no url')
    return []
  }
  return [
    {
      type: 'stream',
      direction,
      url,
      parameters: parametersOf(context, noun),
      ...given({ name: attribute(noun, 'name'), events: callback(context, noun, 'statusCallback') }),
      ...next,
    },
  ]
}

/** A relative address is one of the document's server, over a socket. An absolute one stays as it is, byte for byte. */
function socketAddress(context: TwimlContext, noun: XmlElement): string | undefined {
  const text = noun.attributes['url']?.trim()
  const url = address(context, noun, text)
  const isAbsolute = text !== undefined && URL.canParse(text)
  return isAbsolute ? url : url?.replace(/^http/, 'ws').replace(/^(wss?:\/\/)[^/@]*@/, '$1')
}

const maxParameter = 500

/** `Parameter` children; one that is too long is left out. */
export function parametersOf(context: TwimlContext, noun: XmlElement): Readonly<Record<string, string>> {
  const pairs = elementsOf(noun)
    .filter(({ name }) => name === 'Parameter')
    .map(({ attributes: { name = '', value = '' } }) => [name, value] as const)
    .filter(([name, value]) => {
      const fits = name !== '' && name.length <= 256 && name.length + value.length < maxParameter
      if (!fits)
        warn(
          context,
          schemaWarning,
          `Parameter: no name, or name and value have ${maxParameter} characters or more`,
        )
      return fits
    })
  return Object.fromEntries(pairs)
}

function relayCommand(context: TwimlContext, noun: XmlElement, next: object): readonly object[] {
  const url = socketAddress(context, noun)
  if (url === undefined) {
    warn(context, schemaWarning, 'ConversationRelay: no url')
    return []
  }
  const { language } = { ...languageOf(noun), ...languageOf(noun, 'ttsLanguage') }
  const languages = elementsOf(noun)
    .filter(({ name }) => name === 'Language')
    .flatMap((each) => {
      const { language: code } = languageOf(each, 'code')
      return code === undefined ? [] : [{ code, ...voiceOf(context, each) }]
    })
  return [
    {
      type: 'relay',
      url,
      languages: languages.slice(0, 20),
      parameters: parametersOf(context, noun),
      partials: flag(noun, 'partialPrompts') ?? false,
      keys: flag(noun, 'dtmfDetection') ?? false,
      preemptible: flag(noun, 'preemptible') ?? false,
      ...voiceOf(context, noun),
      ...given({
        greeting: attribute(noun, 'welcomeGreeting'),
        language,
        interruptible: interruptible(attribute(noun, 'interruptible')),
        greeting_interruptible: interruptible(attribute(noun, 'welcomeGreetingInterruptible')),
        hints: attribute(noun, 'hints')
          ?.split(',')
          .map((hint) => hint.trim().slice(0, 100))
          .filter((hint) => hint !== '')
          .slice(0, 100),
      }),
      ...next,
    },
  ]
}

function interruptible(text: string | undefined): string | undefined {
  switch (text?.toLowerCase() ?? '') {
    case 'none':
    case 'false':
      return 'none'
    case 'dtmf':
      return 'keys'
    case 'speech':
      return 'speech'
    case 'any':
    case 'true':
      return 'any'
    default:
      return undefined
  }
}

/** `Refer`: the caller's side is asked to call somebody else. */
export function referCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  const noun = elementsOf(element).find(({ name }) => name === 'Sip' || name === 'ReferSip')
  const to = textOf(noun ?? element).trim()
  if (to !== '') return [{ type: 'transfer', mode: 'refer', to, ...action(context, element) }]
  warn(context, schemaWarning, 'Refer: no address')
  return []
}
