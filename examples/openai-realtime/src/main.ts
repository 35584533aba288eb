import { commands } from '@voxkeep/sdk'
import { runApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { talkWithModel } from './talk-with-model.ts'

await runApp({
  sockets: new WebSocketServer({ noServer: true }),
  on: (streams) => ({ 'call.incoming': async () => [commands.answer(), await streams.command()] }),
  onConversation: (conversation) =>
    talkWithModel(conversation, {
      url: process.env['OPENAI_REALTIME_URL'] ?? 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
      apiKey: process.env['OPENAI_API_KEY'] ?? '',
      instructions:
        'You answer the telephone of a small museum. Be brief and kind. Say goodbye and call end_call when the caller is done.',
      voice: 'verse',
    }),
})
