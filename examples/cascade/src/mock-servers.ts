import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { speechRateHz } from './servers.ts'

/** Stand-ins for the three servers, on one port: hears how long somebody spoke, thinks that it heard that, and says it as a tone. */
export interface MockServers extends AsyncDisposable {
  /** `…/v1` */
  readonly url: string
  /** What was asked of it, in order. */
  readonly asked: readonly { readonly path: string; readonly body: string }[]
}

export async function startMockServers(): Promise<MockServers> {
  const asked: { path: string; body: string }[] = []
  const server = createServer((request, response) => void answer(asked, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  asked: { path: string; body: string }[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString('latin1')
  const path = request.url ?? ''
  asked.push({ path, body })
  switch (path) {
    case '/v1/audio/transcriptions':
      return void response.end(
        JSON.stringify({ text: `I spoke for ${Math.round(body.length / 32_000)} seconds.` }),
      )
    case '/v1/chat/completions': {
      const words = ['You said ', 'something. ', 'I heard it.']
      for (const content of words)
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`)
      return void response.end('data: [DONE]\n\n')
    }
    case '/v1/audio/speech':
      return void response.end(tone(JSON.parse(body) as { input: string }))
    default:
      response.writeHead(404).end()
  }
}

/** 50 ms a letter, as long as speech would be. */
function tone({ input }: { readonly input: string }): Uint8Array {
  const samples = Int16Array.from({ length: (input.length * speechRateHz) / 20 }, (_, index) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 440 * index) / speechRateHz)),
  )
  return new Uint8Array(samples.buffer)
}
