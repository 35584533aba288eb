import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The programs that tests meet which we did not write, and the Debian packages they come in. */
const packages = {
  baresip: 'baresip-core',
  linphonec: 'linphone-cli',
  sipp: 'sip-tester',
  stunnel4: 'stunnel4',
  svcrack: 'sipvicious',
  svmap: 'sipvicious',
  svwar: 'sipvicious',
  tshark: 'tshark',
  kamailio: 'kamailio kamailio-tls-modules',
  rtpengine: 'rtpengine-daemon',
  testssl: 'testssl.sh',
  'softhsm2-util': 'softhsm2',
  'espeak-ng': 'espeak-ng',
  'multimon-ng': 'multimon-ng',
  sox: 'sox',
  chromium: 'chromium',
  'systemd-analyze': 'systemd',
  go: 'golang-go golang-golang-x-mod-dev',
  pocketsphinx_continuous: 'pocketsphinx pocketsphinx-en-us',
} as const
export type Counterpart = keyof typeof packages

/**
 * The `skip` of a test that needs these programs: a sentence saying how to get those that are missing, else `false`. In CI
 * nothing is skipped: a test whose counterpart is missing fails there.
 */
export function without(...programs: readonly Counterpart[]): string | false {
  const missing = programs.filter((program) => pathOf(program) === undefined)
  if (missing.length === 0 || process.env['CI']) return false
  return `missing: apt-get install ${missing.map((program) => packages[program]).join(' ')}`
}

/** Where the program is. Throws, saying how to get it, when it is nowhere. */
export function program(name: Counterpart): string {
  const path = pathOf(name)
  if (path === undefined) throw new Error(`${name} is missing: apt-get install ${packages[name]}`)
  return path
}

function pathOf(name: Counterpart): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
