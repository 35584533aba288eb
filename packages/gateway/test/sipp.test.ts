import assert from 'node:assert/strict'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createPki } from '@voxkeep/pki'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import type { IncomingCall } from '#call'
import { listenSip } from '#edge/sip'
import { parseConfig, Secret, silentLog, systemClock } from '#kernel'

/** How many calls, and how many of them a second; a longer run is asked for by environment. */
const calls = Number(process.env['VOXKEEP_SIPP_CALLS'] ?? 60)
const rate = Number(process.env['VOXKEEP_SIPP_RATE'] ?? 60)

const tools = ['/usr/bin/sipp', '/usr/bin/stunnel4']
const missing = tools.filter((tool) => !existsSync(tool))
const skip =
  missing.length > 0 &&
  !process.env['CI'] &&
  `needs ${missing.join(', ')}: apt-get install sip-tester stunnel4`

const run = promisify(execFile)
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

test('sipp places calls over TLS, and every one is answered and ended', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-sipp-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true }))
  const seen = { answered: 0, hungUp: 0, otherwise: 0 }
  const port = stack.use(await openEdge(folder, (incoming) => take(incoming, seen))).ports[0] ?? 0
  const tunnel = await openTunnel(folder, port)
  stack.defer(() => void tunnel.process.kill())
  const target = `127.0.0.1:${tunnel.port}`
  const options = ['-sn', 'uac', '-t', 't1', '-i', '127.0.0.1', '-m', String(calls), '-r', String(rate)]
  // Rejects unless every call of the scenario ran as it is written.
  await run('/usr/bin/sipp', [...options, '-d', '200', '-nostdin', target], { cwd: folder, timeout: 120_000 })
  assert.deepEqual(seen, { answered: calls, hungUp: calls, otherwise: 0 })
})

function take({ signalling }: IncomingCall, seen: { answered: number; hungUp: number; otherwise: number }) {
  signalling.listen({
    ended: (why) => void (seen[why === 'caller-hung-up' ? 'hungUp' : 'otherwise'] += 1),
    reoffer: () => ({ status: 488 }),
    dtmf: () => {},
  })
  signalling.ring()
  signalling.answer(sdp).then(
    () => (seen.answered += 1),
    () => (seen.otherwise += 1),
  )
}

async function openEdge(folder: string, handle: (incoming: IncomingCall) => void) {
  const pki = await createPki()
  const pair = await pki.issue(['gw.example'])
  const path = (name: string) => join(folder, name)
  writeFileSync(path('ca.pem'), pki.caPem)
  writeFileSync(path('cert.pem'), pair.certPem)
  writeFileSync(path('key.pem'), pair.keyPem)
  const config = parseConfig(
    `{dataDir: /nowhere, sip: {listen: [{host: 127.0.0.1, tls: {certFile: ${path('cert.pem')}, keyFile: ${path('key.pem')}}}]},
      trunks: [{id: sipp, app: app, allowedAddresses: ["127.0.0.1"]}],
      apps: [{id: app, webhook: {url: "https://app.example", secrets: ["env:S"]}}]}`,
    'sipp',
  )
  for (const listener of config.sip.listen) listener.port = 0
  return await listenSip({
    config: config.sip,
    trunks: config.trunks,
    readSecret: () => new Secret(''),
    handle,
    accepting: () => true,
    clock: systemClock,
    random: { bytes: nodeRandomBytes },
    log: silentLog,
    count: () => {},
    ladder: () => {},
  })
}

/** sipp of Debian speaks no TLS: stunnel does it for it, and checks our certificate. */
async function openTunnel(
  folder: string,
  edgePort: number,
): Promise<{ process: ChildProcess; port: number }> {
  const port = await freePort()
  const config = join(folder, 'stunnel.conf')
  writeFileSync(
    config,
    `foreground = yes\npid =\ndebug = notice\n[sips]\nclient = yes\naccept = 127.0.0.1:${port}\nconnect = 127.0.0.1:${edgePort}
CAfile = ${join(folder, 'ca.pem')}\nverifyChain = yes\ncheckHost = gw.example\nsni = gw.example\n`,
  )
  const process = spawn('/usr/bin/stunnel4', [config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const [chunk] of on(process.stderr, 'data')) {
    said += String(chunk)
    if (said.includes('Configuration successful')) break
  }
  process.stderr.resume()
  return { process, port }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
