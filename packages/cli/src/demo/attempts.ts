import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import type { GatewayApi } from './gateway-api.ts'

/** Something that must not work, and what came of trying it. */
export interface Attempt {
  readonly what: string
  readonly refused: boolean
  readonly how: string
}

export interface AttemptTargets {
  readonly ca: string
  readonly sipPort: number
  readonly appPort: number
  readonly apiUrl: string
  readonly api: GatewayApi
  readonly recording: string
  readonly recordingFile: string
}

/** How many of the attempts reach the app without a valid signature. */
export const forgeries = 2
const answerWithinMs = 3_000

/** Tries what an attacker would; the recording is as it was before when it returns. */
export async function makeAttempts(targets: AttemptTargets): Promise<Attempt[]> {
  return [
    await forgedWebhook(targets),
    await forgedUpgrade(targets),
    await withoutToken(targets),
    await alteredRecording(targets),
    await plaintextSip(targets),
  ]
}

async function forgedWebhook({ ca, appPort }: AttemptTargets): Promise<Attempt> {
  const body = JSON.stringify({ type: 'call.incoming', data: { from: 'a stranger' } })
  const signature = `v1,${Buffer.alloc(32, 7).toString('base64')}`
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const headers = {
    'webhook-id': 'evt_forged',
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  }
  const status = await statusOf({ ca, port: appPort, path: '/voxkeep', method: 'POST', headers }, body)
  return { what: 'a webhook with a forged signature', refused: status === 401, how: answered(status) }
}

async function forgedUpgrade({ ca, appPort }: AttemptTargets): Promise<Attempt> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
  }
  const status = await statusOf({ ca, port: appPort, path: '/stream', method: 'GET', headers })
  return { what: 'an audio stream without a signature', refused: status === 403, how: answered(status) }
}

async function withoutToken({ apiUrl }: AttemptTargets): Promise<Attempt> {
  const { status } = await fetch(`${apiUrl}/v1/recordings`)
  return { what: 'the list of recordings without a token', refused: status === 401, how: answered(status) }
}

/** One bit in the middle of the sealed object is turned, the recording asked for, and the bit turned back. */
async function alteredRecording({ api, recording, recordingFile }: AttemptTargets): Promise<Attempt> {
  const what = 'a recording in which one bit was changed'
  const sealed = await readFile(recordingFile)
  const altered = Buffer.from(sealed)
  const middle = altered.length >> 1
  altered[middle] = (altered[middle] as number) ^ 1
  await writeFile(recordingFile, altered)
  try {
    const bytes = await api.readAll(recording)
    return { what, refused: false, how: `opened: ${bytes} bytes` }
  } catch {
    return { what, refused: true, how: 'does not open' }
  } finally {
    await writeFile(recordingFile, sealed)
  }
}

async function plaintextSip({ sipPort }: AttemptTargets): Promise<Attempt> {
  const socket = connect(sipPort, '127.0.0.1')
  const received: Buffer[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  socket.on('error', () => {}) // a reset is a refusal too
  socket.write('OPTIONS sip:voxkeep SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKplain\r\n\r\n')
  const closed = await once(socket, 'close', { signal: AbortSignal.timeout(answerWithinMs) }).then(
    () => true,
    () => false,
  )
  socket.destroy()
  const text = Buffer.concat(received).toString('latin1')
  const how = text.includes('SIP/2.0') ? 'answered in plaintext' : closed ? 'connection closed' : 'left open'
  return { what: 'SIP without TLS', refused: closed && !text.includes('SIP/2.0'), how }
}

interface HttpsAttempt {
  readonly ca: string
  readonly port: number
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

/** The status of the answer; 101 when the server would have switched protocols, 0 when it gave none. */
async function statusOf(attempt: HttpsAttempt, body?: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const signal = AbortSignal.timeout(answerWithinMs)
  const sent = request({ host: '127.0.0.1', agent: false, signal, ...attempt }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  sent.on('upgrade', (_, socket) => {
    socket.destroy()
    resolve(101)
  })
  sent.on('error', () => resolve(0))
  sent.end(body)
  return promise
}

function answered(status: number): string {
  return status === 0 ? 'no answer' : `answered ${status}`
}
