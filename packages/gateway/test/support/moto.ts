import { accessSync, constants } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { freePorts } from '@voxkeep/deployment'
import { createPki } from '@voxkeep/pki'
import { startProgram } from './program.ts'

/** AWS as moto plays it (KMS, S3 with object lock, Secrets Manager), in a process of its own with nothing in it. */
export interface Moto extends AsyncDisposable {
  /** Plain HTTP, for what a test itself asks. */
  readonly httpUrl: string
  /** The same behind TLS: what the gateway is given, with `caPem`. */
  readonly url: string
  /** The only authority that vouches for `url`. */
  readonly caPem: string
  /** Any will do for moto; these are what the tests use. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly region: string
  /** Closes the door for as long as a test wants AWS to be out of reach; connections that are open break. */
  setReachable(is: boolean): void
}

/** Debian sid has it; `.ci/run` puts that into a folder of its own, with debootstrap. */
const folder = process.env['VOXKEEP_MOTO'] ?? '/var/cache/voxkeep-moto'

/** The `skip` of a test that needs moto. In CI nothing is skipped. */
export function withoutMoto(): string | false {
  if (process.env['CI']) return false
  try {
    accessSync(`${folder}/usr/bin/moto_server`, constants.X_OK)
  } catch {
    return `missing: python3-moto of Debian sid below ${folder} (see .ci/run)`
  }
  return process.getuid?.() === 0 ? false : 'moto is started with chroot, which only root may do'
}

/** Starts moto on a free port of 127.0.0.1; a few seconds. Start one for a whole file. */
export async function startMoto(): Promise<Moto> {
  await using stack = new AsyncDisposableStack()
  const [port = 0] = await freePorts(1)
  const args = [folder, '/usr/bin/moto_server', '-H', '127.0.0.1', '-p', String(port)]
  const server = stack.use(await startProgram({ command: 'chroot', args }))
  await server.until(/Running on http/, 40_000)
  const front = await tlsFront(port)
  stack.defer(front.close)
  const owned = stack.move()
  return {
    httpUrl: `http://127.0.0.1:${port}`,
    url: `https://127.0.0.1:${front.port}`,
    caPem: front.caPem,
    credentials: { accessKeyId: 'AKIAVOXKEEPTEST', secretAccessKey: 'moto takes any secret' },
    region: 'eu-central-1',
    setReachable: front.setReachable,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** TLS in front of a plain port: moto's own would need our key inside its folder. */
async function tlsFront(port: number) {
  const pki = await createPki({ name: 'moto' })
  const { certPem, keyPem } = await pki.issue(['127.0.0.1', 'localhost'])
  const open = new Set<TLSSocket>()
  let isReachable = true
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => relay(socket, port, open))
  server.on('connection', (socket) => isReachable || socket.destroy())
  server.on('tlsClientError', () => {}) // a client that does not trust us: its own test tells
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => open.forEach((socket) => socket.destroy())
  return {
    port: (server.address() as AddressInfo).port,
    caPem: pki.caPem,
    setReachable(is: boolean) {
      isReachable = is
      if (!is) cut()
    },
    close() {
      cut()
      server.close()
    },
  }
}

function relay(socket: TLSSocket, port: number, open: Set<TLSSocket>): void {
  const inner = connect(port, '127.0.0.1')
  open.add(socket)
  socket.on('close', () => {
    open.delete(socket)
    inner.destroy()
  })
  inner.on('close', () => socket.destroy())
  for (const end of [socket, inner]) end.on('error', () => {}) // 'close' follows
  socket.pipe(inner).pipe(socket)
}
