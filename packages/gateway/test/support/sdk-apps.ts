import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import { WebhookResponse } from '@jambonz/sdk/webhook'
import { createEndpoint } from '@jambonz/sdk/websocket'
import { verifySignature } from '@vonage/jwt'
import { Connect, NCCOBuilder } from '@vonage/voice'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { validateV3Signature } from 'plivo/dist/utils/v3Security.js'
import { Response } from 'plivo/dist/utils/plivoxml.js'
import { TelnyxWebhook } from 'telnyx/lib/webhooks'
import { WebSocketServer, type WebSocket } from 'ws'
import { narrowed, wideTone } from './wide-audio.ts'

export const sdkPlatforms = ['telnyx', 'plivo', 'vonage', 'jambonz'] as const
export type SdkPlatform = (typeof sdkPlatforms)[number]

/** What the app of one platform saw of its call. */
export interface Seen {
  /** Requests that the SDK's own check let through, as they were parsed. */
  readonly asked: Record<string, unknown>[]
  /** Text messages of the stream. */
  readonly said: Record<string, unknown>[]
  /** The caller, as it came: 16-bit at 16 kHz, µ-law for Telnyx and Plivo. */
  readonly pieces: Buffer[]
  refused: number
}

/** Apps of four platforms, made of their SDKs as they are, which say a second of 440 Hz once they hear somebody. */
export interface SdkApps extends AsyncDisposable {
  readonly port: number
  readonly seen: Readonly<Record<SdkPlatform, Seen>>
}

export interface SdkSecrets {
  /** Telnyx: base64 of the public key. */
  readonly telnyx: string
  readonly plivo: string
  readonly vonage: string
  readonly jambonz: string
}

/** What one platform's app does with a webhook that it trusts, and how it tells. */
interface Webhook {
  /** Throws, or is false, for what it does not trust. */
  check(request: IncomingMessage, url: string, body: string): unknown
  parse(body: string): Record<string, unknown>
  answer(): string
}

type Tls = { readonly cert: string; readonly key: string }

export async function startSdkApps(tls: Tls, secrets: SdkSecrets): Promise<SdkApps> {
  await using stack = new AsyncDisposableStack()
  const seen = { telnyx: blank(), plivo: blank(), vonage: blank(), jambonz: blank() }
  // The SDK answers whatever else its server is asked, so that one has a server of its own.
  const ears = createServer(tls)
  jambonzEars(ears, seen.jambonz)
  const earsPort = await listening(stack, ears)
  const http = createServer(tls)
  const port = await listening(stack, http)
  const webhooks = webhooksOf(secrets, `wss://127.0.0.1:${port}`, `wss://127.0.0.1:${earsPort}/ears`)
  http.on('request', (request, response) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
      const name = sdkPlatforms.find((platform) => request.url === `/${platform}`)
      if (name === undefined) return response.writeHead(404).end()
      const url = `https://127.0.0.1:${port}${request.url}`
      try {
        if ((await webhooks[name].check(request, url, body)) === false) throw new Error('not signed')
      } catch {
        seen[name].refused += 1
        return response.writeHead(401).end()
      }
      seen[name].asked.push(webhooks[name].parse(body))
      return response.end(webhooks[name].answer())
    })()
  })
  const sockets = new WebSocketServer({ noServer: true })
  stack.defer(() => sockets.clients.forEach((socket) => socket.terminate()))
  http.on('upgrade', (request, socket, head) => {
    const talk = talks[request.url ?? '']
    const isPlivo = request.url === '/plivo-media'
    if (talk === undefined || (isPlivo && !isPlivoUpgrade(request, secrets.plivo))) return socket.destroy()
    return sockets.handleUpgrade(request, socket, head, (call) => talk(call, seen))
  })
  const owned = stack.move()
  return { port, seen, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function blank(): Seen {
  return { asked: [], said: [], pieces: [], refused: 0 }
}

async function listening(stack: AsyncDisposableStack, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  return (server.address() as { port: number }).port
}

const form = (body: string) => Object.fromEntries(new URLSearchParams(body)) as Record<string, unknown>
const json = (body: string) => JSON.parse(body) as Record<string, unknown>
const header = (request: IncomingMessage, name: string) => String(request.headers[name])

function webhooksOf(secrets: SdkSecrets, origin: string, ears: string): Record<SdkPlatform, Webhook> {
  return {
    telnyx: {
      check: ({ headers }, _, body) =>
        new TelnyxWebhook(secrets.telnyx).verify(body, headers as Record<string, string>),
      parse: form,
      // Their SDK has no builder of TeXML.
      answer: () => `<Response><Connect><Stream url="${origin}/telnyx-media"/></Connect></Response>`,
    },
    plivo: {
      check: (request, url, body) =>
        validateV3Signature(
          'POST',
          url,
          header(request, 'x-plivo-signature-v3-nonce'),
          secrets.plivo,
          header(request, 'x-plivo-signature-v3'),
          form(body),
        ),
      parse: form,
      answer: () => plivoAnswer(`${origin}/plivo-media`),
    },
    vonage: {
      check: (request, _, body) => isVonage(request, body, secrets.vonage),
      parse: json,
      answer: () => vonageAnswer(`${origin}/vonage-media`),
    },
    jambonz: {
      check: (request, _, body) =>
        new Promise<void>((resolve, reject) =>
          WebhookResponse.verifySignature(secrets.jambonz)(
            { headers: request.headers, body: json(body) } as never,
            {} as never,
            (error?: unknown) => (error === undefined ? resolve() : reject(error)),
          ),
        ),
      parse: json,
      answer: () => jambonzAnswer(ears),
    },
  }
}

function plivoAnswer(media: string): string {
  const response = new Response() as unknown as {
    addStream(url: string, options: object): void
    toXML(): string
  }
  const contentType = 'audio/x-mulaw;rate=8000'
  response.addStream(media, { bidirectional: true, keepCallAlive: true, contentType, extraHeaders: 'id=7' })
  return response.toXML()
}

/** As Plivo's stream SDK checks an upgrade: a GET of the address as its server sees it. */
function isPlivoUpgrade(request: IncomingMessage, token: string): boolean {
  const url = `https://${request.headers.host}${request.url}`
  const nonce = header(request, 'x-plivo-signature-v3-nonce')
  return validateV3Signature('GET', url, nonce, token, header(request, 'x-plivo-signature-v3')) === true
}

function isVonage(request: IncomingMessage, body: string, secret: string): boolean {
  const token = header(request, 'authorization').replace(/^Bearer /, '')
  if (!verifySignature(token, secret)) return false
  const claims = json(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return claims['payload_hash'] === createHash('sha256').update(body).digest('hex')
}

function vonageAnswer(uri: string): string {
  const endpoint = {
    type: 'websocket',
    uri,
    contentType: 'audio/l16;rate=16000',
    headers: { id: '7' },
  } as const
  return JSON.stringify(new NCCOBuilder().addAction(new Connect(endpoint)).build())
}

function jambonzAnswer(url: string): string {
  const sampleRate = 16_000
  const bidirectionalAudio = { enabled: true, streaming: true, sampleRate }
  const response = new WebhookResponse({ validate: false }).listen({
    url,
    sampleRate,
    bidirectionalAudio,
    metadata: { id: '7' },
  })
  return JSON.stringify(response)
}

/** Says its second of a tone to the first that it hears. */
function heard(seen: Seen, piece: Buffer, say: () => void): void {
  if (seen.pieces.push(piece) === 1) say()
}

const tone = wideTone(440, 1)
const narrowTone = (): Buffer => {
  const samples = narrowed([tone])
  return Buffer.from(encodeUlaw(samples, new Uint8Array(samples.length)))
}

/** The SDK's own audio endpoint. */
function jambonzEars(server: Server, seen: Seen): void {
  const quiet = { info: () => {}, error: () => {}, debug: () => {} }
  createEndpoint({ server, logger: quiet })
    .audio({ path: '/ears' })
    .on('connection', (stream) => {
      seen.said.push({ ...stream.metadata })
      stream.on('audio', (piece) =>
        heard(seen, piece, () => {
          stream.sendAudio(tone)
          stream.sendMark('said')
        }),
      )
      stream.on('mark', (mark) => seen.said.push({ mark }))
    })
}

type Talk = (socket: WebSocket, seen: Readonly<Record<SdkPlatform, Seen>>) => void

const talks: Readonly<Record<string, Talk>> = {
  '/telnyx-media': (socket, { telnyx }) =>
    inText(socket, telnyx, () => [
      { event: 'media', media: { payload: narrowTone().toString('base64') } },
      { event: 'mark', mark: { name: 'said' } },
    ]),
  '/plivo-media': (socket, { plivo }) =>
    inText(socket, plivo, (streamId) => [
      {
        event: 'playAudio',
        media: { contentType: 'audio/x-mulaw', sampleRate: 8_000, payload: narrowTone().toString('base64') },
      },
      { event: 'checkpoint', streamId, name: 'said' },
    ]),
  '/vonage-media': (socket, { vonage }) =>
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) return vonage.said.push(json(data.toString()))
      return heard(vonage, data, () => {
        socket.send(tone)
        socket.send(JSON.stringify({ action: 'notify', payload: { name: 'said' } }))
      })
    }),
}

function inText(socket: WebSocket, seen: Seen, say: (streamId: unknown) => readonly object[]): void {
  socket.on('message', (data: Buffer) => {
    const message = json(data.toString())
    const { media } = message as { media?: { payload: string } }
    if (media === undefined) return seen.said.push(message)
    return heard(seen, Buffer.from(media.payload, 'base64'), () => {
      for (const each of say(message['streamId'])) socket.send(JSON.stringify(each))
    })
  })
}
