import { commands } from '@voxkeep/sdk'
import { runApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { cascade } from './cascade.ts'

const server = process.env['CASCADE_URL'] ?? 'http://127.0.0.1:8000/v1'
const servers = {
  hear: process.env['CASCADE_HEAR_URL'] ?? server,
  think: process.env['CASCADE_THINK_URL'] ?? server,
  speak: process.env['CASCADE_SPEAK_URL'] ?? server,
  models: { hear: 'whisper-1', think: process.env['CASCADE_MODEL'] ?? 'qwen3', speak: 'kokoro' },
  voice: process.env['CASCADE_VOICE'] ?? 'af_heart',
}

await runApp({
  sockets: new WebSocketServer({ noServer: true }),
  rateHz: 16_000,
  on: (streams) => ({ 'call.incoming': async () => [commands.answer(), await streams.command()] }),
  onConversation: (conversation) =>
    cascade(
      conversation,
      servers,
      'You are on the telephone. Answer in one or two short sentences, without lists or markup.',
    ),
})
