import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { program } from './counterpart.ts'
import type { PortRange } from './media-ports.ts'
import { netstrings, toNetstring } from './netstring.ts'
import { startProgram } from './program.ts'
import { readSamples, readWhole, type Recorded } from './spoken.ts'
import { watch } from './watch.ts'

export interface BaresipOptions {
  /** An empty folder for its configuration and its recordings of what it said and heard. */
  readonly folder: string
  /** Authority of the gateway's certificate. */
  readonly caFile: string
  /** WAV file (8 kHz, mono, 16-bit; 16 kHz with `codec`) that it says; the call ends when the file does. */
  readonly says: string
  /** Twenty free ports: signalling, control, media. */
  readonly ports: PortRange
  /** Its address of record. Default `alice`. */
  readonly user?: string
  /** Default `srtp-mand`: SDES, required. Empty: plain RTP. */
  readonly mediaEncryption?: string
  /** PEM file of its own certificate and key, to accept calls over TLS. */
  readonly certificateFile?: string
  readonly transport?: 'tls' | 'tcp'
  /** The only codec it offers. Default: both of G.711. */
  readonly codec?: 'g722' | 'l16' | 'opus'
  /** Length of its packets. Default 20. */
  readonly ptimeMs?: number
  readonly answers?: boolean
  /** What it answers a challenge with. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

interface BaresipEvent {
  readonly type?: string
  readonly param?: string
}

/** A running baresip, remote-controlled. */
export interface Baresip extends AsyncDisposable {
  readonly uri: string
  dial(uri: string): void
  hangup(): void
  hold(): void
  resume(): void
  /** Goes to another of its calls, counted from 1. */
  select(line: number): void
  /** Asks the peer to call somebody else (REFER). */
  transfer(uri: string): void
  /** Presses keys one after the other; resolves when the last was released. */
  press(digits: string): Promise<void>
  /** Resolves with its first event of a type, for example `CALL_ESTABLISHED`, past or to come. */
  until(type: string, timeoutMs?: number): Promise<BaresipEvent>
  /** Resolves with the keys that the peer pressed, by telephone events, once there are as many. */
  keysHeard(count: number, timeoutMs?: number): Promise<string>
  /** Resolves with the first match in what it printed, past or to come. */
  untilSaid(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Everything it printed; includes every SIP message, keys and all. */
  output(): string
  /** What it said and heard in a call that has ended. */
  said(): Promise<Int16Array>
  heard(): Promise<Int16Array>
  /** What it heard as it wrote it down, at the rate of its codec. */
  heardWhole(): Promise<Recorded>
}

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const { folder, ports, user = 'alice', transport = 'tls' } = options
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config'), configText(options))
  const uri = `sip:${user}@127.0.0.1:${ports.min + (transport === 'tls' ? 1 : 0)};transport=${transport}`
  const { username, password } = options.credentials ?? {}
  const proof = username === undefined ? '' : `;auth_user=${username};auth_pass=${password}`
  const answering = options.answers ? ';answermode=auto' : ''
  const encryption = options.mediaEncryption ?? 'srtp-mand'
  const media = encryption === '' ? '' : `;mediaenc=${encryption}`
  const length = options.ptimeMs === undefined ? '' : `;ptime=${options.ptimeMs}`
  await writeFile(join(folder, 'accounts'), `<${uri}>;regint=0${media}${answering}${proof}${length}\n`)
  await writeFile(join(folder, 'contacts'), '')
  await using stack = new AsyncDisposableStack()
  const phone = stack.use(
    await startProgram({ command: program('baresip'), args: ['-f', folder, '-s', '-t', '120'] }),
  )
  await phone.until(/baresip is ready/)
  const control = await connectControl(ports.min + 2)
  stack.defer(() => void control.socket.destroy())
  const owned = stack.move()
  let pressed = 0
  const send = (command: string, params?: string) =>
    void control.socket.write(toNetstring(JSON.stringify({ command, ...(params && { params }) })))
  return {
    uri,
    dial: (to) => send('dial', to),
    hangup: () => send('hangup'),
    hold: () => send('hold'),
    resume: () => send('resume'),
    select: (line) => send('line', String(line)),
    transfer: (uri) => send('transfer', uri),
    async press(digits) {
      for (const digit of digits) {
        pressed += 1
        send('sndcode', digit)
        // Anchored, and unable to go back: it is tried on all that was printed, again and again.
        await phone.until(new RegExp(`^(?:(?:(?!DTMF digit end)[^])*DTMF digit end){${pressed}}`))
      }
    },
    until: control.until,
    keysHeard: control.keysHeard,
    untilSaid: (pattern, timeoutMs) => phone.until(pattern, timeoutMs),
    output: () => phone.output(),
    said: () => dumped(folder, 'enc'),
    heard: () => dumped(folder, 'dec'),
    heardWhole: async () => readWhole(await dumpOf(folder, 'dec')),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

// `stdio.so` is left out, since it wants a terminal; `sndfile.so` writes down what is said and heard, which the `aufile.so`
// of this version cannot. It takes the port it is told for
// UDP and TCP, and the next one for TLS.
function configText(options: BaresipOptions): string {
  const { ports, folder, codec = 'g711' } = options
  const modules = [codec, 'aufile', 'srtp', 'sndfile', 'ctrl_tcp'].map((name) => `module ${name}.so`)
  const rates = codec === 'g711' ? '8000-8000' : '16000-48000'
  return [
    `sip_listen 127.0.0.1:${ports.min}`,
    `sip_cafile ${options.caFile}`,
    ...(options.certificateFile === undefined ? [] : [`sip_certificate ${options.certificateFile}`]),
    'net_interface 127.0.0.1',
    `rtp_ports ${ports.min + 4}-${ports.max}`,
    `audio_source aufile,${options.says}`,
    `audio_srate ${rates}`,
    `audio_channels ${codec === 'opus' ? '1-2' : '1-1'}`,
    ...(codec === 'opus' ? ['ausrc_srate 16000', 'ausrc_channels 1'] : []),
    'statmode_default off',
    'module_path /usr/lib/baresip/modules',
    ...modules,
    `snd_path ${folder}`,
    `ctrl_tcp_listen 127.0.0.1:${ports.min + 2}`,
    'module_app account.so',
    'module_app menu.so',
    '',
  ].join('\n')
}

async function connectControl(
  port: number,
): Promise<{ socket: Socket } & Pick<Baresip, 'until' | 'keysHeard'>> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const { changed, until } = watch()
  const events: BaresipEvent[] = []
  const split = netstrings()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    for (const text of split(chunk)) events.push(JSON.parse(text) as BaresipEvent)
    changed()
  })
  const pressed = () => {
    const starts = events.filter(({ type }) => type === 'CALL_DTMF_START')
    return starts.map(({ param }) => param ?? '?').join('')
  }
  return {
    socket,
    keysHeard: (count, timeoutMs) =>
      until(
        `baresip to hear ${count} keys`,
        () => (pressed().length >= count ? pressed() : undefined),
        timeoutMs,
      ),
    until: (type, timeoutMs) =>
      until(`baresip to tell ${type}`, () => events.find((event) => event.type === type), timeoutMs),
  }
}

async function dumped(folder: string, direction: 'enc' | 'dec'): Promise<Int16Array> {
  return readSamples(await dumpOf(folder, direction))
}

async function dumpOf(folder: string, direction: 'enc' | 'dec'): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.endsWith(`-${direction}.wav`))
  if (name === undefined) throw new Error(`baresip wrote no ${direction} audio`)
  return join(folder, name)
}
