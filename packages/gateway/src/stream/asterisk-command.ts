import { readRecord, type Json } from './wire-json.ts'

/** A command to chan_websocket; its name is not checked. */
export interface Command {
  readonly name: string
  readonly fields: Json
}

/** What a plain-text command's one argument is called in JSON. */
const argumentNames: Readonly<Record<string, string>> = {
  STOP_MEDIA_BUFFERING: 'correlation_id',
  MARK_MEDIA: 'correlation_id',
  SET_MEDIA_DIRECTION: 'direction',
}

/** Reads a command in either of Asterisk's two forms: `NAME argument`, or a JSON object with `command`. Never throws. */
export function readCommand(payload: Uint8Array): Command | undefined {
  if (payload[0] === 0x7b /* { */ || payload[0] === 0x20 || payload[0] === 0x0a) {
    const fields = readRecord(payload)
    const name = fields?.['command']
    return fields !== undefined && typeof name === 'string' ? { name, fields } : undefined
  }
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')
  const [, name = '', argument = ''] = /^([A-Z_]{1,40})(?: +(\S{1,1000}))?\s*$/.exec(text) ?? []
  if (name === '') return undefined
  const argumentName = argumentNames[name]
  return { name, fields: argumentName === undefined || argument === '' ? {} : { [argumentName]: argument } }
}
