import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePorts } from '@voxkeep/deployment'
import { createPki } from '@voxkeep/pki'
import { startProgram, type Program } from './program.ts'

/** One message as a collector took it apart. */
export interface Collected {
  readonly pri: string
  readonly at: string
  readonly host: string
  readonly app: string
  readonly msgid: string
  readonly msg: string
  /** The parameters of the structured-data elements `voxkeep@…` and `fields@…`, by element and name. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A syslog collector that we did not write, on 127.0.0.1, with TLS and client certificates. */
export interface SyslogCollector extends AsyncDisposable {
  readonly port: number
  readonly files: {
    readonly ca: string
    readonly strangersCa: string
    readonly clientCert: string
    readonly clientKey: string
    /** Of an authority that the collector does not trust. */
    readonly strangerCert: string
    readonly strangerKey: string
  }
  /** What is on its disk now, in order. */
  collected(): readonly Collected[]
  /** Resolves once `done` is content with what is on its disk. */
  until(done: (messages: readonly Collected[]) => boolean, timeoutMs?: number): Promise<readonly Collected[]>
  stop(signal: NodeJS.Signals): Promise<void>
  start(): Promise<void>
}

/** rsyslog and syslog-ng conflict as installed packages, so this one is unpacked into a folder of its own. */
const rsyslogFolder = process.env['VOXKEEP_RSYSLOG'] ?? '/var/cache/voxkeep-rsyslog'
const libraries = `${rsyslogFolder}/usr/lib/x86_64-linux-gnu`
const programs = {
  rsyslog: `${rsyslogFolder}/usr/sbin/rsyslogd`,
  'syslog-ng': '/usr/sbin/syslog-ng',
} as const
export type CollectorKind = keyof typeof programs

const remedies = {
  rsyslog: '.ci/install-rsyslog',
  'syslog-ng': 'apt-get install syslog-ng-core',
} as const

/** The `skip` of a test that needs this collector. In CI nothing is skipped. */
export function withoutCollector(kind: CollectorKind): string | false {
  if (process.env['CI']) return false
  try {
    accessSync(programs[kind], constants.X_OK)
    return false
  } catch {
    return `missing: ${remedies[kind]}`
  }
}

export async function startCollector(kind: CollectorKind): Promise<SyslogCollector> {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-collector-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const [port = 0] = await freePorts(1)
  const files = await writeCertificates(dir)
  const config = join(dir, 'collector.conf')
  const output = join(dir, 'out.jsonl')
  await writeFile(config, kind === 'rsyslog' ? rsyslogConfig(dir, port) : syslogNgConfig(dir, port))
  await writeFile(output, '')
  let running: Program | undefined
  const start = async () => {
    running = await startProgram(kind === 'rsyslog' ? rsyslog(dir) : syslogNg(dir))
    await listening(port, running)
  }
  stack.defer(async () => void (await running?.stop('SIGKILL')))
  await start()
  const owned = stack.move()
  const collected = () => parseLines(readFileSync(output, 'utf8'), kind)
  return {
    port,
    files,
    collected,
    async until(done, timeoutMs = 15_000) {
      const endMs = performance.now() + timeoutMs
      for (;;) {
        const messages = collected()
        if (done(messages)) return messages
        if (performance.now() > endMs)
          throw new Error(
            `${kind} has ${messages.length} messages, which is not it; it said ${running?.output()}`,
          )
        await pause(20) // its file is all that tells
      }
    },
    stop: async (signal) => void (await running?.stop(signal)),
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function writeCertificates(dir: string): Promise<SyslogCollector['files']> {
  const [ours, strangers] = await Promise.all([createPki(), createPki({ name: 'strangers' })])
  const server = await ours.issue(['collector.test', '127.0.0.1'])
  const client = await ours.issue(['gateway.test'], { client: true })
  const stranger = await strangers.issue(['gateway.test'], { client: true })
  const texts = {
    'ca.pem': ours.caPem,
    'strangers.pem': strangers.caPem,
    'server.pem': server.certPem,
    'server.key': server.keyPem,
    'client.pem': client.certPem,
    'client.key': client.keyPem,
    'stranger.pem': stranger.certPem,
    'stranger.key': stranger.keyPem,
  }
  await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(dir, name), text)))
  const at = (name: keyof typeof texts) => join(dir, name)
  return {
    ca: at('ca.pem'),
    strangersCa: at('strangers.pem'),
    clientCert: at('client.pem'),
    clientKey: at('client.key'),
    strangerCert: at('stranger.pem'),
    strangerKey: at('stranger.key'),
  }
}

function rsyslog(dir: string) {
  return {
    command: programs.rsyslog,
    args: ['-n', '-f', join(dir, 'collector.conf'), '-i', join(dir, 'pid'), '-M', `${libraries}/rsyslog`],
    env: { LD_LIBRARY_PATH: libraries },
  }
}

function rsyslogConfig(dir: string, port: number): string {
  return `global(workDirectory="${dir}" maxMessageSize="64k" net.enableDNS="off"
  defaultNetstreamDriverCAFile="${dir}/ca.pem" defaultNetstreamDriverCertFile="${dir}/server.pem"
  defaultNetstreamDriverKeyFile="${dir}/server.key")
module(load="mmpstrucdata")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/name" permittedPeer=["gateway.test"])
template(name="line" type="list" option.jsonf="on") {
  property(outname="pri" name="pri" format="jsonf")
  property(outname="at" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
  property(outname="sd" name="$!rfc5424-sd" format="jsonf")
}
input(type="imtcp" port="${port}" address="127.0.0.1")
action(type="mmpstrucdata")
action(type="omfile" file="${dir}/out.jsonl" template="line" asyncWriting="off" flushOnTXEnd="on")
`
}

function syslogNg(dir: string) {
  const at = (name: string) => join(dir, name)
  const files = ['-f', at('collector.conf'), '-R', at('persist'), '-p', at('pid'), '-c', at('control')]
  return { command: programs['syslog-ng'], args: ['-F', '--no-caps', '--stderr', ...files] }
}

function syslogNgConfig(dir: string, port: number): string {
  return `@version: 3.38
options { keep-hostname(yes); log-msg-size(65536); stats-freq(0); };
source framed { syslog(ip("127.0.0.1") port(${port}) transport("tls")
  tls(key-file("${dir}/server.key") cert-file("${dir}/server.pem") ca-file("${dir}/ca.pem") peer-verify(required-trusted))); };
destination d { file("${dir}/out.jsonl" flush-lines(1) template("$(format-json pri=$PRI at=$ISODATE host=$HOST app=$PROGRAM msgid=$MSGID msg=$MESSAGE --key .SDATA.*)\\n")); };
log { source(framed); destination(d); };
`
}

/** Whoever listens without our certificate is told so; that it listens is what we wait for. */
async function listening(port: number, running: Program): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isUp) return
    await pause(20)
  }
  throw new Error(`the collector does not listen; it said ${running.output()}`)
}

function parseLines(text: string, kind: CollectorKind): Collected[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (kind === 'rsyslog' ? ofRsyslog(line) : ofSyslogNg(line)))
}

/** Structured data comes as JSON in a string. */
function ofRsyslog(line: string): Collected {
  const { sd, ...rest } = JSON.parse(line) as Omit<Collected, 'data'> & { sd: string }
  return { ...rest, data: withoutNumbers(sd === '' ? {} : (JSON.parse(sd) as Collected['data'])) }
}

function ofSyslogNg(line: string): Collected {
  const { _SDATA, ...rest } = JSON.parse(line) as Omit<Collected, 'data'> & { _SDATA?: Collected['data'] }
  return { ...rest, data: withoutNumbers(_SDATA ?? {}) }
}

/** `voxkeep@32473` is called `voxkeep`. */
function withoutNumbers(data: Collected['data']): Collected['data'] {
  return Object.fromEntries(Object.entries(data).map(([name, params]) => [name.replace(/@.*/, ''), params]))
}
