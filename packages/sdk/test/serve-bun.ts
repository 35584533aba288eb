import { acceptOnBun, type BunHandlers } from '@voxkeep/sdk'
import { echoApp } from './echo-app.ts'

interface BunGlobal {
  readonly Bun: { serve(options: object): unknown }
}

const { Bun } = globalThis as unknown as BunGlobal
const [port, secret = ''] = process.argv.slice(2)
const { streams, webhook } = echoApp(secret)
const { fetch: upgrade, websocket } = acceptOnBun(streams)
const fetch: BunHandlers['fetch'] = (request, server) =>
  request.headers.get('upgrade') === 'websocket' ? upgrade(request, server) : webhook(request)
Bun.serve({ port: Number(port), hostname: '127.0.0.1', fetch, websocket })
