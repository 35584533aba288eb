import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { ackFor, dialogRequest, uasDialog, type Dialog } from '@voxkeep/wire/dialog'
import { eventReceiver } from '@voxkeep/wire/dtmf'
import { nodeDigestHash, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { classify, parseRtp, serializeRtcp, serializeRtp } from '@voxkeep/wire/rtp'
import { answerOffer, type AudioCapabilities, type NegotiatedAudio } from '@voxkeep/wire/sdp'
import {
  createResponse,
  digestHa1,
  parseAuthorization,
  serializeChallenge,
  serializeSip,
  sipStream,
  verifyAuthorization,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { srtpReceiver, srtpSender } from '@voxkeep/wire/srtp'
import { transactionLayer, type ServerTransaction } from '@voxkeep/wire/transaction'
import { systemClock } from './clock.ts'
import { localMedia } from './local-media.ts'
import { freshToken } from './sip-names.ts'

/** What the fake does with a call, beyond answering it and echoing its audio. */
export interface FakeOptions {
  readonly cert: string
  readonly key: string
  readonly caps?: Partial<AudioCapabilities>
  /** Refuse every INVITE so. */
  readonly reject?: number
  /** Ring, and wait for CANCEL. */
  readonly ringOnly?: boolean
  /** Ask for these by digest first. */
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Answer with this instead of with a negotiated description. */
  readonly answerWith?: (sdp: string) => string
}

interface FakeFlow {
  readonly id: string
  readonly reliable: true
  readonly socket: TLSSocket
}

const caps: AudioCapabilities = {
  codecs: ['PCMU', 'PCMA'],
  dtmf: true,
  ptimeMs: 20,
  suites: ['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_256_CM_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'],
  profile: 'required',
  allowAvpWithCrypto: false,
  dangerouslyAllowPlainRtp: false,
}

/**
 * A gateway for tests: it takes calls over TLS and echoes their audio. Emits `request` for each SIP request, `rtp` for
 * each audio packet, `rtcp`, `digit`, `acked` and `idle` (a TLS connection closed).
 */
export class FakeGateway extends EventEmitter {
  readonly requests: SipRequest[] = []
  readonly digits: string[] = []
  audio: NegotiatedAudio | undefined
  /** Our own last description. */
  sdp = ''
  rtpPackets = 0
  readonly #options: FakeOptions
  readonly #server: Server
  readonly #flows = new Set<FakeFlow>()
  readonly #media = new Set<Socket>()
  readonly #layer = transactionLayer<FakeFlow>({
    timers: systemClock,
    send: ({ socket }, message) => void socket.write(serializeSip(message)),
    branch: () => `z9hG4bK${freshToken()}`,
    onRequest: (transaction) => void this.#onRequest(transaction),
    onAck: () => void this.emit('acked'),
    onStrayResponse() {},
    limit: 1_000,
  })
  #dialog: { readonly dialog: Dialog; readonly flow: FakeFlow } | undefined

  private constructor(options: FakeOptions, server: Server) {
    super()
    this.#options = options
    this.#server = server
    server.on('tlsClientError', () => {})
    server.on('secureConnection', (socket) => this.#onConnection(socket))
  }

  static async start(options: FakeOptions): Promise<FakeGateway> {
    const server = createServer({ cert: options.cert, key: options.key }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeGateway(options, server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Sends a request within the call's dialog; an INVITE's success is acknowledged. */
  request(method: string, o: { readonly body?: string; readonly type?: string } = {}): Promise<SipResponse> {
    if (this.#dialog === undefined) throw new Error('there is no call')
    const { dialog, flow } = this.#dialog
    const headers = o.type === undefined ? [] : [['Content-Type', o.type] as const]
    const body = new TextEncoder().encode(o.body ?? '')
    const request = dialogRequest(dialog, method, { contact: this.#contact, headers, body })
    return new Promise((resolve, reject) => {
      this.#layer.request(flow, request, `127.0.0.1:${this.port}`, {
        onFinal: (response) => {
          const isInvite = method === 'INVITE' && response.status < 300
          const ack = isInvite && ackFor(dialog, dialog.localSeq, { contact: this.#contact })
          if (ack) this.#layer.sendAck(flow, ack, `127.0.0.1:${this.port}`)
          resolve(response)
        },
        onTimeout: () => reject(new Error('no response')),
        onTransportError: () => reject(new Error('no connection')),
      })
    })
  }

  dropConnections(): void {
    for (const { socket } of this.#flows) socket.destroy()
  }

  close(): void {
    this.dropConnections()
    for (const socket of this.#media) socket.close()
    this.#layer.close()
    this.#server.close()
  }

  get #contact(): string {
    return `<sip:gateway@127.0.0.1:${this.port};transport=tls>`
  }

  #onConnection(socket: TLSSocket): void {
    const flow: FakeFlow = { id: freshToken(), reliable: true, socket }
    const stream = sipStream()
    this.#flows.add(flow)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#flows.delete(flow)
      this.#layer.transportFailed(flow)
      this.emit('idle')
    })
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of stream.push(chunk)) {
        if (item.kind === 'message') this.#layer.receive(flow, item.message)
      }
    })
  }

  async #onRequest(transaction: ServerTransaction<FakeFlow>): Promise<void> {
    const { request } = transaction
    this.requests.push(request)
    this.emit('request', request)
    if (request.method !== 'INVITE') return transaction.respond(createResponse(request, 200))
    const { reject, ringOnly, credentials } = this.#options
    const toTag = freshToken()
    if (credentials !== undefined && !isAuthorized(request, credentials)) {
      return transaction.respond(createResponse(request, 401, undefined, { toTag, headers: challenges() }))
    }
    if (reject !== undefined)
      return transaction.respond(createResponse(request, reject, undefined, { toTag }))
    transaction.onCancel = () => transaction.respond(createResponse(request, 487, undefined, { toTag }))
    const contact = ['Contact', this.#contact] as const
    transaction.respond(createResponse(request, 180, undefined, { toTag, headers: [contact] }))
    if (!ringOnly) await this.#answer(transaction, toTag)
  }

  async #answer(transaction: ServerTransaction<FakeFlow>, toTag: string): Promise<void> {
    const { request, flow } = transaction
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    this.#media.add(socket)
    const local = localMedia('127.0.0.1', socket.address().port)
    const answer = answerOffer(request.body, { ...caps, ...this.#options.caps }, local)
    if (!answer.ok) return transaction.respond(createResponse(request, answer.status, undefined, { toTag }))
    const dialog = uasDialog(request, toTag)
    if (dialog !== undefined) this.#dialog = { dialog, flow }
    this.audio = answer.audio
    this.sdp = answer.sdp
    this.#echo(socket, answer.audio)
    const body = new TextEncoder().encode(this.#options.answerWith?.(answer.sdp) ?? answer.sdp)
    const headers = [['Contact', this.#contact] as const, ['Content-Type', 'application/sdp'] as const]
    transaction.respond(createResponse(request, 200, undefined, { toTag, headers, body }))
  }

  #echo(socket: Socket, audio: NegotiatedAudio): void {
    if (audio.srtp === undefined) return
    const opener = srtpReceiver(nodeSrtpCrypto, audio.srtp.suite, audio.srtp.receive)
    const sealer = srtpSender(nodeSrtpCrypto, audio.srtp.suite, audio.srtp.send)
    const events = eventReceiver()
    socket.on('message', (datagram: Uint8Array, from: RemoteInfo) => {
      const send = (sealed: Uint8Array | undefined) =>
        sealed && socket.send(sealed.slice(), from.port, from.address)
      if (classify(datagram) === 'rtcp') {
        if (!opener.openRtcp(datagram).ok) return
        send(sealer.sealRtcp(serializeRtcp([{ kind: 'rr', ssrc: 1, reports: [] }]), new Uint8Array(200)))
        return void this.emit('rtcp')
      }
      const opened = opener.openRtp(datagram)
      const rtp = opened.ok ? parseRtp(opened.packet) : undefined
      if (rtp === undefined) return
      if (rtp.payloadType === audio.dtmf?.receivePayloadType) {
        const event = events.push(rtp.timestamp, rtp.payload)
        if (event !== undefined) this.digits.push(event.digit)
        return void (event !== undefined && this.emit('digit', event.digit))
      }
      const echoed = serializeRtp({ ...rtp, ssrc: 1, payloadType: audio.sendPayloadType })
      send(sealer.sealRtp(echoed, new Uint8Array(2_000)))
      this.rtpPackets += 1
      this.emit('rtp', this.rtpPackets)
    })
  }
}

const realm = 'fake'

function challenges(): (readonly [string, string])[] {
  return (['MD5', 'SHA-256'] as const).map((algorithm) => [
    'WWW-Authenticate',
    serializeChallenge({ realm, nonce: 'n1', algorithm, qop: ['auth'] }),
  ])
}

function isAuthorized(request: SipRequest, credentials: { username: string; password: string }): boolean {
  const authorization = parseAuthorization(request.headers.get('Authorization') ?? '')
  if (authorization?.algorithm !== 'SHA-256' || authorization.username !== credentials.username) return false
  const hash = nodeDigestHash('SHA-256')
  const ha1 = digestHa1(hash, credentials.username, realm, credentials.password)
  return verifyAuthorization({ authorization, hash, ha1, method: 'INVITE' })
}
