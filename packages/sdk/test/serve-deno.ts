import { acceptOnDeno } from '@voxkeep/sdk'
import { echoApp } from './echo-app.ts'

interface DenoGlobal {
  readonly Deno: {
    readonly args: readonly string[]
    serve(options: object, handler: (request: Request) => Promise<Response>): unknown
  }
}

const { Deno } = globalThis as unknown as DenoGlobal
const [port, secret = ''] = Deno.args
const { streams, webhook } = echoApp(secret)
const onListen = () => {} // it would print where
Deno.serve({ port: Number(port), hostname: '127.0.0.1', onListen }, (request) =>
  request.headers.get('upgrade') === 'websocket' ? acceptOnDeno(streams, request) : webhook(request),
)
