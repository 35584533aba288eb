import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { program } from './counterpart.ts'
import { startProgram } from './program.ts'

/** One step of a scenario in which SIPp is called. */
export type CalleeStep =
  | {
      readonly kind: 'receive'
      readonly method: string
      /** POSIX extended regular expressions by header, each of which must match. */
      readonly headers: Readonly<Record<string, string>>
      /** MD5 credentials that the request must have, as SIPp itself computes them. */
      readonly credentials?: { readonly username: string; readonly password: string }
    }
  | {
      readonly kind: 'respond'
      readonly status: number
      /** To the INVITE received last, or to whatever was. */
      readonly to: 'INVITE' | 'last'
      readonly tag: string
      readonly headers: readonly string[]
      readonly sdp: readonly string[]
    }
  | { readonly kind: 'pause'; readonly ms: number }

export const receive = (method: string, headers: Readonly<Record<string, string>> = {}): CalleeStep => ({
  kind: 'receive',
  method,
  headers,
})
export const receiveProven = (
  method: string,
  credentials: { readonly username: string; readonly password: string },
  headers: Readonly<Record<string, string>> = {},
): CalleeStep => ({ kind: 'receive', method, headers, credentials })

export interface Answer {
  readonly tag?: string
  readonly headers?: readonly string[]
  readonly sdp?: readonly string[]
}
/** A response to the INVITE. */
export const respond = (
  status: number,
  { tag = 'callee', headers = [], sdp = [] }: Answer = {},
): CalleeStep => ({
  kind: 'respond',
  status,
  to: 'INVITE',
  tag,
  headers,
  sdp,
})
/** A response to the request received last. */
export const confirm = (status = 200): CalleeStep => ({
  kind: 'respond',
  status,
  to: 'last',
  tag: '',
  headers: [],
  sdp: [],
})
export const rest = (ms: number): CalleeStep => ({ kind: 'pause', ms })

export interface SippCallee extends AsyncDisposable {
  /** Resolves when its one call is over: what SIPp complained of, '' when all went as the scenario says. */
  readonly verdict: Promise<string>
}

/** SIPp taking one call by a scenario, over plain TCP. */
export async function startSippCallee(options: {
  readonly folder: string
  readonly port: number
  readonly steps: readonly CalleeStep[]
  readonly timeoutMs?: number
}): Promise<SippCallee> {
  const { folder, port, steps, timeoutMs = 20_000 } = options
  const scenario = join(folder, 'callee.xml')
  const errors = join(folder, 'callee-errors')
  await writeFile(scenario, calleeXml(steps))
  const settings = {
    '-sf': scenario,
    '-error_file': errors,
    '-t': 't1',
    '-i': '127.0.0.1',
    '-p': port,
    '-m': 1,
    '-timeout': Math.ceil(timeoutMs / 1_000),
  }
  const sipp = await startProgram({
    command: program('sipp'),
    args: [
      '-nostdin',
      '-timeout_error',
      '-trace_err',
      ...Object.entries(settings).flatMap(([option, value]) => [option, String(value)]),
    ],
    cwd: folder,
  })
  await listening(port) // it says nothing before it ends
  const verdict = sipp.exited.then(async ({ code }) => {
    const complaints = await readFile(errors, 'utf8').catch(() => '')
    return code === 0 ? '' : `exit ${code}\n${complaints}`
  })
  return { verdict, [Symbol.asyncDispose]: () => sipp[Symbol.asyncDispose]() }
}

const patienceMs = 5_000
const tryAgainMs = 10

async function listening(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += tryAgainMs) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await setTimeout(tryAgainMs)
  }
  throw new Error(`nobody listens on port ${port}`)
}

const saved = ['Via', 'From', 'To', 'CSeq']

/** The scenario as SIPp reads it. */
export function calleeXml(steps: readonly CalleeStep[]): string {
  const body = steps.map((step, index) => stepXml(step, index + 1)).join('\n')
  const names = [...body.matchAll(/assign_to="(\w+)"/g)].map((match) => match[1])
  const reference = `<Reference variables="${[...new Set(names)].join(',')}"/>`
  return `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="callee">\n${body}\n${reference}\n</scenario>\n`
}

function stepXml(step: CalleeStep, number: number): string {
  switch (step.kind) {
    case 'pause':
      return `<pause milliseconds="${step.ms}"/>`
    case 'receive':
      return receiveXml(step, number)
    case 'respond':
      return respondXml(step)
  }
}

function receiveXml(step: Extract<CalleeStep, { kind: 'receive' }>, number: number): string {
  const keep = step.method === 'INVITE' ? saved.map((name) => eregXml(name, '.*', `invite${name}`)) : []
  const checks = Object.entries(step.headers).map(([name, pattern], index) =>
    eregXml(name, pattern, `check${number}x${index}`),
  )
  const { username, password } = step.credentials ?? {}
  const isProven = `proven${number}`
  const proof =
    username === undefined
      ? ''
      : `<verifyauth assign_to="${isProven}" username="${username}" password="${password}"/>`
  const objection =
    username === undefined
      ? ''
      : `<nop condexec="${isProven}" condexec_inverse="true"><action><error message="wrong credentials"/></action></nop>`
  return `<recv request="${step.method}"><action>${[...keep, ...checks].join('')}${proof}</action></recv>${objection}`
}

function eregXml(header: string, pattern: string, variable: string): string {
  const escaped = pattern.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<ereg regexp="${escaped}" search_in="hdr" header="${header}:" check_it="true" assign_to="${variable}"/>`
}

function respondXml(step: Extract<CalleeStep, { kind: 'respond' }>): string {
  const { status, to, tag, headers, sdp } = step
  const copied =
    to === 'last'
      ? ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_CSeq:]']
      : saved.map((name) => `${name}: [$invite${name}]${name === 'To' && status > 100 ? `;tag=${tag}` : ''}`)
  const lines = [
    `SIP/2.0 ${status} Whatever`,
    ...copied,
    'Call-ID: [call_id]',
    ...(status > 100 && status < 300 ? ['Contact: <sip:callee@[local_ip]:[local_port];transport=tls>'] : []),
    ...headers,
    ...(sdp.length > 0 ? ['Content-Type: application/sdp'] : []),
    'Content-Length: [len]',
    '',
    ...sdp,
  ]
  return `<send><![CDATA[\n${lines.join('\n')}\n]]></send>`
}
