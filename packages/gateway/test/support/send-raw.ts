import { once } from 'node:events'
import { connect } from 'node:tls'
import { watch } from './watch.ts'

/** Sends `text` over a TLS connection of its own; resolves with what came back once it is more than 100 Trying, or the peer closed. */
export async function sendRaw(
  to: { readonly port: number; readonly ca: string },
  text: string,
): Promise<string> {
  const { changed, until } = watch()
  const socket = connect({ host: '127.0.0.1', port: to.port, ca: to.ca })
  let answer = ''
  socket.setEncoding('utf8').on('error', () => socket.destroy())
  await once(socket, 'secureConnect')
  socket.on('data', (chunk: string) => {
    answer += chunk
    changed()
  })
  socket.on('close', changed)
  socket.write(text)
  await until('an answer', () => /^SIP\/2\.0 (?!100)/m.test(answer) || socket.destroyed)
  socket.destroy()
  return answer
}
