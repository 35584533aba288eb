export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#'

/** Who is asked after a command, in place of the app's webhook. */
export interface ActionOptions {
  /** HTTPS, absolute or relative to the webhook. */
  action_url?: string
  /** With `GET` only the signed headers are sent. Default `POST`. */
  action_method?: 'GET' | 'POST'
}

/** Where some events are told, in place of the app's `eventsUrl`. */
export interface EventsAddress {
  url: string
  method?: 'GET' | 'POST'
  /** Names without their family: `answered` of `leg.answered`. Default: all. */
  only?: string[]
}

export interface RecordOptions {
  /** Where what becomes of the recording is told. */
  events?: EventsAddress
}

export interface MessageOptions extends ActionOptions {
  /** The longest that it may be. Default an hour. */
  max_ms?: number
  /** Silence that ends it. Default 5 seconds. */
  silence_ms?: number
  /** Each of these keys ends it. Default: any. */
  finish_on_key?: string
  beep?: boolean
  /** Do not count the silence at its end in its length. Default true. */
  trim?: boolean
  /** When nothing was said: ask all the same (the default), or go on with the next command. */
  on_empty?: 'ask' | 'go-on'
  /** Where what becomes of its recording is told. */
  events?: EventsAddress
}

/** What a `dial` can do before and while somebody is connected. */
export interface DialledOptions extends ActionOptions {
  /** Pressed as soon as somebody answered, before they are connected. */
  send_digits?: string
  /** Headers (`X-…`) for whoever is dialled at a `sip:` address. */
  headers?: Record<string, string>
  /** Asked, with `call.whisper`, what whoever answers hears first; any key connects them. */
  whisper_url?: string
  whisper_method?: 'GET' | 'POST'
  /** Record from the answer on, until they are not connected any more. */
  record?: boolean
  /** Where what becomes of that recording is told. */
  record_events?: EventsAddress
  /** Where it is told what becomes of each leg: `leg.dialling`, `leg.ringing`, `leg.answered`, `leg.ended`. */
  events?: EventsAddress
}
