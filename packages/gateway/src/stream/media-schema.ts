import { z } from 'zod'
import { mediaFromApp, mediaToApp } from './media-messages.ts'
import { mediaOptions } from './media-options.ts'
import { mediaProtocol } from './media-wire.ts'

type Json = Readonly<Record<string, unknown>>

const schemaFile = 'media-v1.schema.json'
const frame =
  'Twelve bytes in network order, then audio as `media.encoding` says. Byte 0: version 1 in the upper half, flags (0) in the lower. Byte 1: track (0 inbound, 1 outbound). Bytes 2 and 3: 0. Bytes 4 to 7: `seq`. Bytes 8 to 11: time of the first sample in milliseconds from the start of the stream. With `media.framing` `raw` there is no header.'

/** The JSON Schema of every text message, by who sends it, and of a `stream` command's `options`. */
export function mediaSchema(): Json {
  const [toApp, fromApp] = [
    definitions('toApp', mediaToApp, 'output'),
    definitions('fromApp', mediaFromApp, 'input'),
  ]
  const oneOf = (all: Json) => Object.keys(all).map((name) => ({ $ref: `#/$defs/${name}` }))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:voxkeep:media:1',
    title: mediaProtocol,
    description: `Text messages between the gateway, which dials, and an app. Audio is binary messages: ${frame}`,
    anyOf: [{ $ref: '#/$defs/toApp' }, { $ref: '#/$defs/fromApp' }],
    $defs: {
      toApp: { description: 'What the gateway sends', oneOf: oneOf(toApp) },
      fromApp: { description: 'What an app sends', oneOf: oneOf(fromApp) },
      options: bare(z.toJSONSchema(mediaOptions, { io: 'input' })),
      ...toApp,
      ...fromApp,
    },
  }
}

function definitions(
  prefix: string,
  { options }: typeof mediaToApp | typeof mediaFromApp,
  io: 'input' | 'output',
): Record<string, Json> {
  return Object.fromEntries(
    options.map((message) => {
      const [type = ''] = message.shape.type.values
      return [`${prefix}.${type}`, bare(z.toJSONSchema(message, { io }))]
    }),
  )
}

function bare(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'))
}

/** The protocol as an AsyncAPI 3 document, from the gateway's side. */
export function mediaAsyncApi(): Json {
  const schema = mediaSchema()
  const names = Object.keys(schema['$defs'] as Json).filter((name) => name.includes('.'))
  const messages = Object.fromEntries(
    names.map((name) => [
      name,
      {
        name: name.slice(name.indexOf('.') + 1),
        contentType: 'application/json',
        payload: { $ref: `${schemaFile}#/$defs/${name}` },
      },
    ]),
  )
  const audio = { name: 'audio', contentType: 'application/octet-stream', description: frame }
  const ref = (name: string) => ({ $ref: `#/channels/stream/messages/${name}` })
  const of = (prefix: string) => [...names.filter((name) => name.startsWith(prefix)), 'audio'].map(ref)
  return {
    asyncapi: '3.0.0',
    info: { title: mediaProtocol, version: '1.0.0', license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    channels: {
      stream: {
        address: null,
        title: 'One stream',
        description: `The app’s own wss: address, which a stream command names. The gateway dials it and asks for the sub-protocol ${mediaProtocol}, which the app must choose.`,
        messages: { ...messages, audio },
        bindings: {
          ws: {
            method: 'GET',
            headers: {
              type: 'object',
              required: ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'sec-websocket-protocol'],
              properties: {
                'webhook-id': { type: 'string' },
                'webhook-timestamp': { type: 'string', pattern: '^[0-9]+$' },
                'webhook-signature': {
                  type: 'string',
                  description: 'Standard Webhooks, over the URL that was dialled',
                },
                'sec-websocket-protocol': { const: mediaProtocol },
              },
            },
          },
        },
      },
    },
    operations: {
      toApp: { action: 'send', channel: { $ref: '#/channels/stream' }, messages: of('toApp.') },
      fromApp: { action: 'receive', channel: { $ref: '#/channels/stream' }, messages: of('fromApp.') },
    },
  }
}
