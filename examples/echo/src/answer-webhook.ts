import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerWith, commands, isIncomingCall, verifyWebhook } from '@voxkeep/sdk'
import type { EchoContext } from './echo-app.ts'

const maxBodyBytes = 64 * 1_024 // a call.incoming is under 2 kB

/** Answers a call with "answer, stream to me", any other event with "noted", and whatever is not signed with 401. */
export async function answerWebhook(
  { secrets, streamUrl, record, stats }: EchoContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  if (request.url !== '/voxkeep' || body === undefined) return void response.writeHead(400).end()
  const webhook = await verifyWebhook(body, request.headers, secrets)
  if (!webhook.ok) {
    stats.refused += 1
    return void response.writeHead(401).end()
  }
  stats.webhooks += 1
  if (!isIncomingCall(webhook.event)) return void response.writeHead(204).end()
  stats.calls += 1
  const recording = record ? [commands.record()] : []
  const answer = answerWith(commands.answer(), ...recording, commands.stream(streamUrl))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
