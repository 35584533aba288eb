import { createServer } from 'node:http'
import { acceptOnNode, answerOnNode, commands } from '@voxkeep/sdk'
import { WebSocketServer } from 'ws'
import { echoApp } from './echo-app.ts'

const [port, secret = ''] = process.argv.slice(2)
const { streams } = echoApp(secret)
const on = { 'call.incoming': async () => [commands.answer(), await streams.command()] }
const server = createServer(
  (request, response) => void answerOnNode(request, response, { secrets: secret, on }),
)
acceptOnNode(streams, server, new WebSocketServer({ noServer: true }))
server.listen(Number(port), '127.0.0.1')
