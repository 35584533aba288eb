import { VoxkeepApiError } from './api-error.ts'
import type { CallCommand } from './commands.ts'
import type { Listing } from './pages.ts'
import { auditOf, type AuditClient } from './client-audit.ts'
import { consentsOf, type ConsentsClient } from './client-consents.ts'
import { liveOf, type LiveClient } from './client-live.ts'
import { keepingOf, type KeepingClient } from './client-keeping.ts'
import { speechOf, type SpeechClient } from './client-speech.ts'
import { voicesOf, type VoicesClient } from './client-voices.ts'
import { transcriptsOf, type TranscriptsClient } from './client-transcripts.ts'
import { vaultOf, type VaultClient } from './client-vault.ts'
import { objectsOf, type ObjectsClient } from './client-objects.ts'
import { act, json, listOf, withSignal } from './requests.ts'
import type {
  ActOptions,
  Alert,
  AlertListOptions,
  AudioOptions,
  AuditEntry,
  Call,
  CallDetail,
  CallListOptions,
  CallReceipt,
  CallRequest,
  DialingStop,
  KeyDestruction,
  KeyPurpose,
  KeyRotation,
  Keys,
  NewToken,
  PageOptions,
  Recording,
  RecordingListOptions,
  Token,
  TokenRequest,
} from './resources.ts'
import type { RecordingMarks, RecordingRedaction, RedactionRequest } from './resources-redactions.ts'
import { apiTransport, type Send, type TransportOptions } from './transport.ts'

/** The gateway's REST API. Every method rejects with `VoxkeepApiError`. */
export interface VoxkeepClient
  extends
    KeepingClient,
    LiveClient,
    ConsentsClient,
    SpeechClient,
    VoicesClient,
    TranscriptsClient,
    VaultClient,
    AuditClient,
    ObjectsClient {
  readonly calls: {
    /** Newest first. */
    list(options?: CallListOptions): Listing<Call>
    /** Calls somebody. Resolves when the call is on record; whether it is answered is told by webhook. */
    create(request: CallRequest, options?: ActOptions): Promise<Call>
    /** New fields come without a new version of this package. */
    get(id: string, signal?: AbortSignal): Promise<CallDetail & Readonly<Record<string, unknown>>>
    /** How the call was protected, signed by the gateway. Of a call that has ended. */
    receipt(id: string, signal?: AbortSignal): Promise<CallReceipt>
    /** What the audit log says about the call. */
    audit(id: string, signal?: AbortSignal): Promise<readonly AuditEntry[]>
    /** Notes something about the call; null removes a note. */
    setVariables(
      id: string,
      variables: Readonly<Record<string, string | null>>,
      signal?: AbortSignal,
    ): Promise<Call>
    /** Gives a running call new commands. */
    command(id: string, commands: readonly CallCommand[], options?: ActOptions): Promise<void>
    hangup(id: string, options?: ActOptions): Promise<void>
  }
  readonly recordings: {
    /** Newest first. */
    list(options?: RecordingListOptions): Listing<Recording>
    get(id: string, signal?: AbortSignal): Promise<Recording>
    /** A stereo WAV (caller left, app right), decrypted by the gateway as it is read. */
    audio(id: string, options?: AudioOptions, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>
    delete(id: string, signal?: AbortSignal): Promise<void>
    /** What was overwritten or left out, and where. */
    marks(id: string, signal?: AbortSignal): Promise<RecordingMarks>
    /** Overwrites stretches of a sealed recording for good. Again: nothing changes. */
    redact(id: string, request: RedactionRequest, options?: ActOptions): Promise<RecordingRedaction>
  }
  readonly tokens: {
    list(options?: PageOptions): Listing<Token>
    create(request: TokenRequest, options?: ActOptions): Promise<NewToken>
    revoke(id: string, signal?: AbortSignal): Promise<void>
  }
  readonly alerts: {
    /** Newest first. */
    list(options?: AlertListOptions): Listing<Alert>
    get(id: string, signal?: AbortSignal): Promise<Alert>
    /** Somebody looks after it: receivers are told of it no more. */
    acknowledge(id: string, options?: ActOptions): Promise<Alert>
  }
  readonly keys: {
    /** The tenant's keys, and what is under them. */
    get(signal?: AbortSignal): Promise<Keys>
    /** New keys; what is under older ones is re-wrapped meanwhile. */
    rotate(purpose: Exclude<KeyPurpose, 'system'> | 'all', options?: ActOptions): Promise<KeyRotation>
    /** Destroys every key of the tenant, whose name confirms it: nothing is read or kept again. */
    destroy(confirm: string, options?: ActOptions): Promise<KeyDestruction>
  }
  readonly dialing: {
    /** Apps whose outbound calls an anomaly stopped. */
    stops(signal?: AbortSignal): Promise<readonly DialingStop[]>
    /** Lets such an app call again. */
    lift(app: string, signal?: AbortSignal): Promise<void>
  }
}

export type ClientOptions = TransportOptions

export function createClient(options: ClientOptions): VoxkeepClient {
  const send = apiTransport(options)
  return {
    calls: callsOf(send),
    recordings: recordingsOf(send),
    tokens: tokensOf(send),
    alerts: alertsOf(send),
    keys: keysOf(send),
    dialing: dialingOf(send),
    ...keepingOf(send),
    ...liveOf(send),
    ...consentsOf(send),
    ...speechOf(send),
    ...voicesOf(send),
    ...transcriptsOf(send),
    ...vaultOf(send),
    ...auditOf(send),
    ...objectsOf(send),
  }
}

function callsOf(send: Send): VoxkeepClient['calls'] {
  return {
    list: ({ state, ...page } = {}) => listOf<Call>(send, '/v1/calls', page, { state }),
    create: (request, options) =>
      json(send, { method: 'POST', path: '/v1/calls', body: request, ...options }),
    get: (id, signal) => json(send, { method: 'GET', path: item('calls', id), ...withSignal(signal) }),
    receipt: (id, signal) =>
      json(send, { method: 'GET', path: `${item('calls', id)}/receipt`, ...withSignal(signal) }),
    async audit(id, signal) {
      const path = `${item('calls', id)}/audit`
      const { data } = await json<{ data: AuditEntry[] }>(send, {
        method: 'GET',
        path,
        ...withSignal(signal),
      })
      return data
    },
    setVariables: (id, variables, signal) =>
      json(send, { method: 'PATCH', path: item('calls', id), body: { variables }, ...withSignal(signal) }),
    command: (id, commands, options) =>
      act(send, { method: 'POST', path: `${item('calls', id)}/commands`, body: { commands }, ...options }),
    hangup: (id, options) => act(send, { method: 'POST', path: `${item('calls', id)}/hangup`, ...options }),
  }
}

function alertsOf(send: Send): VoxkeepClient['alerts'] {
  return {
    list: ({ state, ...page } = {}) => listOf<Alert>(send, '/v1/alerts', page, { state }),
    get: (id, signal) => json(send, { method: 'GET', path: item('alerts', id), ...withSignal(signal) }),
    acknowledge: (id, options) =>
      json(send, { method: 'POST', path: `${item('alerts', id)}/ack`, ...options }),
  }
}

function recordingsOf(send: Send): VoxkeepClient['recordings'] {
  return {
    list: ({ callId, ...page } = {}) => listOf<Recording>(send, '/v1/recordings', page, { call_id: callId }),
    get: (id, signal) => json(send, { method: 'GET', path: item('recordings', id), ...withSignal(signal) }),
    async audio(id, { fromMs, toMs, format } = {}, signal) {
      const query = { from_ms: fromMs, to_ms: toMs, format }
      const path = `${item('recordings', id)}/audio`
      const { body } = await send({ method: 'GET', path, query, ...withSignal(signal) })
      if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no audio')
      return body
    },
    delete: (id, signal) =>
      act(send, { method: 'DELETE', path: item('recordings', id), ...withSignal(signal) }),
    marks: (id, signal) =>
      json(send, { method: 'GET', path: `${item('recordings', id)}/marks`, ...withSignal(signal) }),
    redact: (id, request, options) =>
      json(send, { method: 'POST', path: `${item('recordings', id)}/redact`, body: request, ...options }),
  }
}

function tokensOf(send: Send): VoxkeepClient['tokens'] {
  return {
    list: (options = {}) => listOf<Token>(send, '/v1/tokens', options),
    create: (request, options) =>
      json(send, { method: 'POST', path: '/v1/tokens', body: request, ...options }),
    revoke: (id, signal) => act(send, { method: 'DELETE', path: item('tokens', id), ...withSignal(signal) }),
  }
}

function keysOf(send: Send): VoxkeepClient['keys'] {
  const post = (act: string, body: object, options: ActOptions | undefined) => {
    return { method: 'POST', path: `/v1/keys/${act}`, body, ...options } as const
  }
  return {
    get: (signal) => json(send, { method: 'GET', path: '/v1/keys', ...withSignal(signal) }),
    rotate: (purpose, options) => json(send, post('rotate', { purpose }, options)),
    destroy: (confirm, options) => json(send, post('destroy', { confirm }, options)),
  }
}

function dialingOf(send: Send): VoxkeepClient['dialing'] {
  const path = '/v1/dialing/stops'
  return {
    async stops(signal) {
      const { data } = await json<{ data: DialingStop[] }>(send, {
        method: 'GET',
        path,
        ...withSignal(signal),
      })
      return data
    },
    lift: (app, signal) =>
      act(send, { method: 'DELETE', path: `${path}/${encodeURIComponent(app)}`, ...withSignal(signal) }),
  }
}

function item(kind: 'calls' | 'recordings' | 'tokens' | 'alerts', id: string): string {
  return `/v1/${kind}/${encodeURIComponent(id)}`
}
