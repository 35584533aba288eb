import { VoxkeepApiError } from './api-error.ts'
import type { CallCommand } from './commands.ts'
import type { Listing } from './pages.ts'
import { auditOf, type AuditClient } from './client-audit.ts'
import { consentsOf, type ConsentsClient } from './client-consents.ts'
import { liveOf, type LiveClient } from './client-live.ts'
import { keepingOf, type KeepingClient } from './client-keeping.ts'
import { speechOf, type SpeechClient } from './client-speech.ts'
import { verifiersOf, type VerifiersClient } from './client-verifiers.ts'
import { voicesOf, type VoicesClient } from './client-voices.ts'
import { transcriptsOf, type TranscriptsClient } from './client-transcripts.ts'
import { vaultOf, type VaultClient } from './client-vault.ts'
import { objectsOf, type ObjectsClient } from './client-objects.ts'
import { act, ask, json, listOf } from './requests.ts'
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
    VerifiersClient,
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
    ...verifiersOf(send),
    ...transcriptsOf(send),
    ...vaultOf(send),
    ...auditOf(send),
    ...objectsOf(send),
  }
}

function callsOf(send: Send): VoxkeepClient['calls'] {
  return {
    list: ({ state, ...page } = {}) => listOf(send, 'GET /v1/calls', page, { state }),
    create: (body, options) => json(send, 'POST /v1/calls', { body, ...options }),
    get: (id, signal) => json(send, 'GET /v1/calls/{id}', { path: { id }, signal }),
    receipt: (id, signal) => json(send, 'GET /v1/calls/{id}/receipt', { path: { id }, signal }),
    audit: async (id, signal) =>
      (await json(send, 'GET /v1/calls/{id}/audit', { path: { id }, signal })).data,
    setVariables: (id, variables, signal) =>
      json(send, 'PATCH /v1/calls/{id}', { path: { id }, body: { variables }, signal }),
    command: (id, commands, options) =>
      act(send, 'POST /v1/calls/{id}/commands', { path: { id }, body: { commands }, ...options }),
    hangup: (id, options) => act(send, 'POST /v1/calls/{id}/hangup', { path: { id }, ...options }),
  }
}

function alertsOf(send: Send): VoxkeepClient['alerts'] {
  return {
    list: ({ state, ...page } = {}) => listOf(send, 'GET /v1/alerts', page, { state }),
    get: (id, signal) => json(send, 'GET /v1/alerts/{id}', { path: { id }, signal }),
    acknowledge: (id, options) => json(send, 'POST /v1/alerts/{id}/ack', { path: { id }, ...options }),
  }
}

function recordingsOf(send: Send): VoxkeepClient['recordings'] {
  return {
    list: ({ callId, ...page } = {}) => listOf(send, 'GET /v1/recordings', page, { call_id: callId }),
    get: (id, signal) => json(send, 'GET /v1/recordings/{id}', { path: { id }, signal }),
    async audio(id, { fromMs, toMs, format, pauses } = {}, signal) {
      const query = { from_ms: fromMs, to_ms: toMs, format, pauses }
      const { body } = await ask(send, 'GET /v1/recordings/{id}/audio', { path: { id }, query, signal })
      if (body === null) throw new VoxkeepApiError('API_MALFORMED', 'the gateway sent no audio')
      return body
    },
    delete: (id, signal) => act(send, 'DELETE /v1/recordings/{id}', { path: { id }, signal }),
    marks: (id, signal) => json(send, 'GET /v1/recordings/{id}/marks', { path: { id }, signal }),
    redact: (id, body, options) =>
      json(send, 'POST /v1/recordings/{id}/redact', { path: { id }, body, ...options }),
  }
}

function tokensOf(send: Send): VoxkeepClient['tokens'] {
  return {
    list: (options = {}) => listOf(send, 'GET /v1/tokens', options),
    create: (body, options) => json(send, 'POST /v1/tokens', { body, ...options }),
    revoke: (id, signal) => act(send, 'DELETE /v1/tokens/{id}', { path: { id }, signal }),
  }
}

function keysOf(send: Send): VoxkeepClient['keys'] {
  return {
    get: (signal) => json(send, 'GET /v1/keys', { signal }),
    rotate: (purpose, options) => json(send, 'POST /v1/keys/rotate', { body: { purpose }, ...options }),
    destroy: (confirm, options) => json(send, 'POST /v1/keys/destroy', { body: { confirm }, ...options }),
  }
}

function dialingOf(send: Send): VoxkeepClient['dialing'] {
  return {
    stops: async (signal) => (await json(send, 'GET /v1/dialing/stops', { signal })).data,
    lift: (app, signal) => act(send, 'DELETE /v1/dialing/stops/{app}', { path: { app }, signal }),
  }
}
