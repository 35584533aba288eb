import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from './counterpart.ts'
import type { PortRange } from './media-ports.ts'
import { startProgram } from './program.ts'
import { readSamples } from './spoken.ts'

export interface LinphoneOptions {
  /** An empty folder: its configuration, its log, what it heard. */
  readonly folder: string
  /** Authority of the gateway's certificate; linphone does not call when the certificate does not chain to it. */
  readonly caFile: string
  /** WAV file that it says; silence follows. */
  readonly says: string
  readonly ports: PortRange
  /** Offered, in this order. This version knows AES_CM_128 and AES_256_CM. */
  readonly suites: readonly string[]
  /** What it answers a challenge with. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

/** A running linphonec, at its prompt. */
export interface Linphone extends AsyncDisposable {
  /** Calls a SIP address by name: this version does not match addresses in certificates. */
  dial(uri: string): void
  terminate(): void
  hold(): void
  resume(): void
  press(digit: string): void
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Everything it printed; includes every SIP message, keys and all. */
  output(): string
  /** What it heard in a call that has ended. */
  heard(): Int16Array
}

export async function startLinphone(options: LinphoneOptions): Promise<Linphone> {
  const { folder } = options
  const files = { config: join(folder, 'linphonerc'), heard: join(folder, 'heard.wav') }
  // Without this folder it cannot make its database, and says nothing about it.
  await mkdir(join(folder, '.local/share/linphone'), { recursive: true })
  await writeFile(files.config, configText(options))
  const phone = await startProgram({
    command: program('linphonec'),
    args: ['-c', files.config, '-d', '6'],
    env: {
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, '.config'),
      XDG_DATA_HOME: join(folder, '.local/share'),
    },
  })
  for (const command of ['soundcard use files', `play ${options.says}`, `record ${files.heard}`])
    phone.write(command)
  await phone.until(/Creating listening point/) // before that it cannot call
  return {
    dial: (uri) => phone.write(`call ${uri}`),
    terminate: () => phone.write('terminate'),
    hold: () => phone.write('pause'),
    resume: () => phone.write('resume'),
    press: (digit) => phone.write(digit),
    until: (pattern, timeoutMs) => phone.until(pattern, timeoutMs),
    output: () => phone.output(),
    heard: () => readSamples(files.heard),
    async [Symbol.asyncDispose]() {
      phone.write('quit')
      await phone[Symbol.asyncDispose]()
    },
  }
}

function configText({ caFile, ports, suites, credentials }: LinphoneOptions): string {
  const { username, password: passwd } = credentials ?? {}
  const sections: Record<string, Record<string, string | number>> = {
    sip: {
      sip_port: 0,
      sip_tcp_port: 0,
      sip_tls_port: -1,
      use_ipv6: 0,
      guess_hostname: 0,
      contact: `sip:${username ?? 'lin'}@localhost`, // credentials are found by it
      bind_address: '127.0.0.1',
      root_ca: caFile,
      verify_server_certs: 1,
      verify_server_cn: 1,
      media_encryption: 'srtp',
      media_encryption_mandatory: 1,
      srtp_crypto_suites: suites.join(','),
      use_info: 0,
      use_rfc2833: 1,
    },
    net: { mtu: 1300, dns_srv_enabled: 0 },
    rtp: { bind_address: '127.0.0.1', audio_rtp_port: ports.min + 4 },
    sound: { echocancellation: 0 },
    video: { enabled: 0 },
    app: { auto_download_missing_codecs: 0 },
    ...(username !== undefined &&
      passwd !== undefined && { auth_info_0: { username, userid: username, passwd } }),
  }
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key}=${value}`)
      return [`[${name}]`, ...lines, ''].join('\n')
    })
    .join('\n')
}
