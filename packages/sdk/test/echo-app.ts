import { answerRequest, commands, createStreamServer, type StreamServer } from '@voxkeep/sdk'

/** The same app on every runtime: it answers each call with a stream to itself, and says back what it hears. */
export interface EchoApp {
  readonly streams: StreamServer
  readonly webhook: (request: Request) => Promise<Response>
}

export const streamUrl = 'wss://app.example/stream'

export function echoApp(secrets: string): EchoApp {
  const streams = createStreamServer({
    url: streamUrl,
    secrets,
    async onConversation(conversation) {
      for await (const frame of conversation.audio) {
        await conversation.play(frame)
        if (frame.timestampMs === 60) await conversation.mark('heard')
      }
    },
  })
  const webhook = (request: Request) =>
    answerRequest(request, {
      secrets,
      on: { 'call.incoming': async () => [commands.answer(), await streams.command()] },
    })
  return { streams, webhook }
}
