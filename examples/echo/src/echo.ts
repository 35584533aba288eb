import type { Conversation } from '@voxkeep/sdk'
import type { EchoStats } from './echo-stats.ts'

/**
 * Sends the caller's audio back to the caller. `*` throws away what waits to be heard, `#` asks when it was heard.
 *
 * @param arrived - Told of each message of the caller's audio, as it comes.
 */
export async function echo(
  conversation: Conversation,
  stats: EchoStats,
  arrived: () => void = () => {},
): Promise<void> {
  stats.streams += 1
  conversation.on('dtmf', ({ digit }) => {
    stats.digits += 1
    if (digit === '*') void conversation.clear()
    if (digit === '#') void conversation.mark('heard').then(() => (stats.marks += 1))
  })
  for await (const frame of conversation.audio) {
    stats.framesIn += 1
    if (frame.track !== 'inbound') continue
    arrived()
    stats.framesOut += 1
    await conversation.play(frame)
  }
}
