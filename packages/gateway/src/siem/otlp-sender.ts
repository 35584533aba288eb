import { request, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { type Clock, type Secret } from '#kernel'
import { checkFingerprint, collectorTlsOptions, type CollectorTls } from './collector-tls.ts'
import { SiemError } from './error.ts'
import { otlpLogs } from './otlp-logs.ts'
import type { Sender } from './sender.ts'

export interface OtlpDeps {
  readonly clock: Clock
  readonly url: string
  readonly tls: CollectorTls
  readonly authorization: (() => Secret<string>) | undefined
  readonly timeoutMs: number
  readonly source: { readonly node: string; readonly version: string }
  /** The collector took the batch but for so many, for good: the protocol forbids to send them again. */
  readonly onRejected: (events: number) => void
}

const maxAnswerBytes = 64 * 1024

/** OTLP over HTTP in its JSON form. A 200 is the collector's word that it has the events. */
export function otlpSender(deps: OtlpDeps): Sender {
  return {
    async send(events, signal) {
      const body = Buffer.from(JSON.stringify(otlpLogs(events, deps.source)))
      const over = new AbortController()
      const cancel = deps.clock.set(deps.timeoutMs, () => over.abort())
      try {
        const answer = await post(deps, body, AbortSignal.any([signal, over.signal]))
        if (answer.status < 200 || answer.status > 299)
          throw new SiemError('SIEM_REFUSED', `the collector answered with status ${answer.status}`)
        const rejected = rejectedRecords(answer.body)
        if (rejected > 0) deps.onRejected(rejected)
      } catch (cause) {
        if (cause instanceof SiemError) throw cause
        if (over.signal.aborted) throw new SiemError('SIEM_TIMEOUT', 'the collector took too long', { cause })
        if (signal.aborted) throw new SiemError('SIEM_STOPPED', 'sending was stopped', { cause })
        throw new SiemError('SIEM_CONNECT', 'the connection to the collector failed', { cause })
      } finally {
        cancel()
      }
    },
  }
}

async function post(
  { url, tls, authorization }: OtlpDeps,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const { hostname } = new URL(url)
  const options: RequestOptions = {
    ...collectorTlsOptions(tls, hostname.replace(/^\[(.*)\]$/, '$1')),
    method: 'POST',
    agent: false, // a connection of its own, so that its certificate is looked at
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': body.byteLength,
      'user-agent': 'Voxkeep',
      ...(authorization && { authorization: authorization().reveal() }),
    },
  }
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const sent = request(url, options, (response) => {
    if (Number(response.headers['content-length'] ?? 0) > maxAnswerBytes) {
      sent.destroy()
      return reject(new SiemError('SIEM_REFUSED', 'the collector’s answer is too long'))
    }
    text(limited(response)).then(
      (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
      reject,
    )
  })
  sent.on('error', reject)
  sent.on('socket', (socket) => {
    socket.once('secureConnect', () => {
      try {
        checkFingerprint(socket as TLSSocket, tls.fingerprints)
        sent.end(body) // not a byte of it before that
      } catch (error) {
        sent.destroy(error as Error)
      }
    })
  })
  return promise
}

async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) throw new SiemError('SIEM_REFUSED', 'the collector’s answer is too long')
    yield chunk
  }
}

/** `partialSuccess.rejectedLogRecords`, which is a 64-bit number and so may be text. */
export function rejectedRecords(answer: string): number {
  try {
    const parsed = JSON.parse(answer) as { partialSuccess?: { rejectedLogRecords?: unknown } } | null
    const count = Number(parsed?.partialSuccess?.rejectedLogRecords ?? 0)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}
