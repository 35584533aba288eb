import {
  ackFor,
  dialogRequest,
  receiveInDialog,
  refreshTarget,
  uasDialog,
  type Dialog,
} from '@voxkeep/wire/dialog'
import type { DtmfDigit } from '@voxkeep/wire/dtmf'
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
} from '@voxkeep/wire/sdp'
import { createResponse, parseNameAddr, parseUri, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import type { ClientHandlers, ServerTransaction } from '@voxkeep/wire/transaction'
import type { AnswerPlan } from './answer-options.ts'
import type { CallEnd } from './call-end.ts'
import type { CallMedia } from './call-media.ts'
import type { SoftphoneClock } from './clock.ts'
import type { HeardAudio } from './heard-audio.ts'
import { localMedia } from './local-media.ts'
import type { MediaStats } from './media-stats.ts'
import { allowedMethods } from './outgoing-call.ts'
import type { SipConnection } from './sip-connection.ts'
import { freshToken } from './sip-names.ts'

/** A call that the phone took, as its owner sees it. */
export interface AnsweredCall {
  /** User parts of From and of the request URI. */
  readonly from: string
  readonly to: string
  readonly invite: SipRequest
  readonly audio: NegotiatedAudio | undefined
  readonly stats: MediaStats
  /** Everything that was heard, at most the first five minutes. */
  heard(): Int16Array
  /** By a telephone event where they were agreed, else aloud. */
  press(digit: DtmfDigit, durationMs?: number): void
  /** Resolves with whether the peer agreed. */
  hold(): Promise<boolean>
  resume(): Promise<boolean>
  hangup(): void
  /** Resolves once the answer is acknowledged. */
  readonly whenUp: Promise<void>
  readonly whenEnded: Promise<CallEnd>
}

export interface AnsweredCallDeps {
  readonly clock: SoftphoneClock
  readonly caps: AudioCapabilities
  readonly address: string
  readonly contact: string
  readonly media: CallMedia
  readonly heard: HeardAudio
  request(request: SipRequest, handlers: ClientHandlers): void
  sendAck(request: SipRequest): void
}

type HeaderLines = readonly (readonly [string, string])[]
const encoder = new TextEncoder()
const sdpType = ['Content-Type', 'application/sdp'] as const

/** One call that came to the phone, from its INVITE to its end. */
export class TakenCall implements AnsweredCall {
  readonly dialog: Dialog
  readonly #deps: AnsweredCallDeps
  readonly #invite: ServerTransaction<SipConnection>
  readonly #local: LocalMedia
  readonly #up = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<CallEnd>()
  #isUp = false
  #isOver = false
  #version = 1
  #sdp = ''
  #audio: NegotiatedAudio | undefined
  #cancelAnswer: (() => void) | undefined

  constructor(invite: ServerTransaction<SipConnection>, dialog: Dialog, deps: AnsweredCallDeps) {
    this.dialog = dialog
    this.#invite = invite
    this.#deps = deps
    this.#local = localMedia(deps.address, deps.media.rtpPort)
    invite.onCancel = () => {
      if (this.#isUp) return
      this.#respond(487)
      this.#end({ why: 'remote-hung-up' })
    }
  }

  get from(): string {
    return userOf(this.invite.headers.get('From') ?? '')
  }
  get to(): string {
    return parseUri(this.invite.uri)?.user ?? ''
  }
  get invite(): SipRequest {
    return this.#invite.request
  }
  get audio(): NegotiatedAudio | undefined {
    return this.#audio
  }
  get stats(): MediaStats {
    return this.#deps.media.stats
  }
  get whenUp(): Promise<void> {
    return this.#up.promise
  }
  get whenEnded(): Promise<CallEnd> {
    return this.#over.promise
  }

  follow(plan: AnswerPlan): void {
    const contact = ['Contact', this.#deps.contact] as const
    if (plan.kind === 'reject') return this.#reject(plan.status, plan.headers)
    const answer = answerOffer(this.invite.body, this.#deps.caps, this.#local)
    if (!answer.ok) return this.#reject(answer.status)
    this.#sdp = answer.sdp
    const isEarly = plan.kind === 'answer' && plan.early === true
    const early = isEarly ? { headers: [contact, sdpType], sdp: answer.sdp } : { headers: [contact] }
    this.#respond(isEarly ? 183 : 180, early)
    if (isEarly) this.#connect(answer.audio)
    if (plan.kind === 'ring') return
    this.#cancelAnswer = this.#deps.clock.set(plan.afterMs ?? 0, () => {
      this.#isUp = true
      this.#connect(answer.audio)
      const headers = [contact, ['Allow', allowedMethods] as const, sdpType]
      this.#respond(200, { headers, sdp: answer.sdp })
    })
  }

  heard(): Int16Array {
    return this.#deps.heard.join()
  }
  press(digit: DtmfDigit, durationMs = 100): void {
    const { media } = this.#deps
    if (this.audio?.dtmf === undefined) media.pressAloud(digit, durationMs)
    else media.press(digit, durationMs)
  }
  hold(): Promise<boolean> {
    return this.#reoffer('sendonly')
  }
  resume(): Promise<boolean> {
    return this.#reoffer('sendrecv')
  }

  hangup(): void {
    if (this.#isOver) return
    if (!this.#isUp) return this.#reject(486)
    const done = () => this.#end({ why: 'hung-up' })
    this.#send('BYE', {}, { onFinal: done, onTimeout: done, onTransportError: done })
  }

  acknowledged(): void {
    this.#up.resolve()
  }

  connectionLost(): void {
    this.#end({ why: 'connection-lost' })
  }

  /** A request within the dialog. */
  receive(transaction: ServerTransaction<SipConnection>): void {
    const { request } = transaction
    const taken = this.#isOver ? { ok: false as const, status: 481 } : receiveInDialog(this.dialog, request)
    if (!taken.ok) return transaction.respond(createResponse(request, taken.status))
    switch (request.method) {
      case 'BYE':
        transaction.respond(createResponse(request, 200))
        return this.#end({ why: 'remote-hung-up' })
      case 'INVITE':
      case 'UPDATE':
        return transaction.respond(this.#answerAgain(request))
      case 'INFO':
      case 'OPTIONS':
        return transaction.respond(createResponse(request, 200))
      default:
        return transaction.respond(
          createResponse(request, 405, undefined, { headers: [['Allow', allowedMethods]] }),
        )
    }
  }

  #answerAgain(request: SipRequest): SipResponse {
    const contact = ['Contact', this.#deps.contact] as const
    if (request.body.length === 0) return createResponse(request, 200, undefined, { headers: [contact] })
    const version = this.#version + 1
    const answer = answerOffer(request.body, this.#deps.caps, { ...this.#local, version })
    if (!answer.ok) return createResponse(request, answer.status)
    this.#version = version
    this.#sdp = answer.sdp
    this.#connect(answer.audio)
    const headers = [contact, sdpType]
    return createResponse(request, 200, undefined, { headers, body: encoder.encode(answer.sdp) })
  }

  #reoffer(direction: 'sendonly' | 'sendrecv'): Promise<boolean> {
    const version = (this.#version += 1)
    const { sdp, state } = createOffer(this.#deps.caps, { ...this.#local, version, direction }, this.#sdp)
    return new Promise((resolve) => {
      const refused = () => resolve(false)
      this.#send(
        'INVITE',
        { headers: [sdpType], sdp },
        {
          onFinal: (response) => {
            if (response.status >= 300) return refused()
            refreshTarget(this.dialog, response)
            this.#deps.sendAck(ackFor(this.dialog, this.dialog.localSeq, { contact: this.#deps.contact }))
            const answer = acceptAnswer(state, response.body)
            if (!answer.ok) return refused()
            this.#sdp = sdp
            this.#connect(answer.audio)
            resolve(true)
          },
          onTimeout: refused,
          onTransportError: refused,
        },
      )
    })
  }

  #connect(audio: NegotiatedAudio): void {
    this.#audio = audio
    this.#deps.media.connect(audio)
  }

  #send(method: string, o: { headers?: HeaderLines; sdp?: string }, handlers: ClientHandlers): void {
    const { contact } = this.#deps
    const { headers = [], sdp = '' } = o
    const request = dialogRequest(this.dialog, method, { contact, headers, body: encoder.encode(sdp) })
    this.#deps.request(request, handlers)
  }

  #reject(status: number, headers: HeaderLines = []): void {
    this.#respond(status, { headers })
    this.#end({ why: 'hung-up' })
  }

  #respond(status: number, { headers = [], sdp = '' }: { headers?: HeaderLines; sdp?: string } = {}): void {
    const options = { toTag: this.dialog.localTag, headers, body: encoder.encode(sdp) }
    this.#invite.respond(createResponse(this.invite, status, undefined, options))
  }

  #end(end: CallEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelAnswer?.()
    this.#deps.media.close()
    this.#over.resolve(end)
  }
}

/** The dialog that taking a call makes; undefined for an INVITE that cannot make one. */
export function takenDialog(invite: SipRequest): Dialog | undefined {
  return uasDialog(invite, freshToken())
}

function userOf(address: string): string {
  return parseUri(parseNameAddr(address)?.uri ?? '')?.user ?? ''
}
