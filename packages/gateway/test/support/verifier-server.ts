import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createPki } from '@voxkeep/pki'
import { voiceBook } from './voice-book.ts'
import type { VoiceFeatures } from './voice-likeness.ts'

/** An engine of kind `https` that really compares voices, behind TLS and a bearer token. */
export interface VerifierServer extends AsyncDisposable {
  readonly port: number
  readonly caPem: string
  readonly key: string
  /** Whose voices it knows. */
  readonly known: ReadonlyMap<string, VoiceFeatures>
}

const route = /^\/v1\/subjects\/([^/]+?)(?:\/(verifications|enrolments))?$/
const actions = { verifications: 'verify', enrolments: 'enrol' } as const

export async function startVerifierServer(): Promise<VerifierServer> {
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['localhost', '127.0.0.1'])
  const key = 'verifier-key-83b1'
  const known = new Map<string, VoiceFeatures>()
  const book = voiceBook(known)
  const server = createServer({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [, subject, what] = route.exec(request.url ?? '') ?? []
      if (request.headers.authorization !== `Bearer ${key}`) return void response.writeHead(401).end()
      if (subject === undefined) return void response.writeHead(404).end()
      const action = what === undefined ? 'forget' : actions[what as keyof typeof actions]
      const wav = wavIn(Buffer.concat(chunks))
      response.writeHead(200).end(JSON.stringify(book.answer(action, decodeURIComponent(subject), wav)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    caPem: pki.caPem,
    key,
    known,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The file of a form: a RIFF says itself how long it is. */
function wavIn(body: Buffer): Uint8Array {
  const at = body.indexOf('RIFF')
  return at === -1 ? new Uint8Array() : new Uint8Array(body.subarray(at, at + 8 + body.readUInt32LE(at + 4)))
}
