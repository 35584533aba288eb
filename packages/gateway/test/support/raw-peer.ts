import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { watch } from './watch.ts'

export interface RawPeerOptions {
  readonly port: number
  /** Authority of the gateway's certificate; without it the peer speaks plain TCP. */
  readonly ca?: string
  /** Loopback address to call from. Default 127.0.0.1. */
  readonly from?: string
}

/** A peer that sends whatever it is told to. */
export interface RawPeer extends Disposable {
  write(data: Uint8Array | string): void
  received(): string
  /** Resolves with the first match in what was received. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when the other side has ended the connection, in whatever way. */
  readonly closed: Promise<void>
}

/** Rejects when no connection, or no TLS on it, comes about. */
export async function connectRaw({ port, ca, from = '127.0.0.1' }: RawPeerOptions): Promise<RawPeer> {
  const plain = connectTcp({ host: '127.0.0.1', port, localAddress: from })
  const socket: Socket = ca === undefined ? plain : connectTls({ socket: plain, ca, host: '127.0.0.1' })
  const { changed, until } = watch()
  let text = ''
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  plain.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    changed()
  })
  const failed = closed.then(() => Promise.reject(new Error(`no connection from ${from} to ${port}`)))
  failed.catch(() => {})
  await Promise.race([once(socket, ca === undefined ? 'connect' : 'secureConnect'), failed])
  socket.on('error', () => socket.destroy())
  return {
    write: (data) => void socket.write(data),
    received: () => text,
    until: (pattern) => until(pattern.source, () => pattern.exec(text) ?? undefined),
    closed,
    [Symbol.dispose]: () => void socket.destroy(),
  }
}
