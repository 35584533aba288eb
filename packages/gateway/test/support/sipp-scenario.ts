/** One step of a SIPp scenario. */
export type Step =
  | { readonly kind: 'send'; readonly message: readonly string[]; readonly body: readonly string[] }
  | {
      readonly kind: 'expect'
      /** A response's status or a request's method. */
      readonly what: number | string
      readonly optional: boolean
      /** POSIX extended regular expressions, all of which the body must match. */
      readonly body: readonly string[]
      /** The same of the whole message. A group in one becomes the variable that `keep` names. */
      readonly message?: readonly string[]
      /** Names `[$name]` for the first group of the first pattern of `message`. */
      readonly keep?: string
      /** A challenge, which `[authentication username=… password=…]` in the next message answers. */
      readonly challenges?: boolean
    }
  | { readonly kind: 'pause'; readonly ms: number }

export interface Caller {
  readonly from: string
  readonly to: string
  /** Host and port that the request URI names. */
  readonly gateway: string
  /** A proxy without TLS is there in between, which keeps a place in the route. */
  readonly proxied?: boolean
}

export const pause = (ms: number): Step => ({ kind: 'pause', ms })
export const expect = (what: number | string, ...body: string[]): Step => ({
  kind: 'expect',
  what,
  optional: false,
  body,
})
export const maybe = (what: number): Step => ({ kind: 'expect', what, optional: true, body: [] })

/** A 401. */
export const challenged: Step = { kind: 'expect', what: 401, optional: false, body: [], challenges: true }

/** A message whose headers matter. */
export const expectMessage = (what: number | string, message: readonly string[], keep?: string): Step => ({
  kind: 'expect',
  what,
  optional: false,
  body: [],
  message,
  ...(keep !== undefined && { keep }),
})

const sdpType = 'Content-Type: application/sdp'
const via = (transport: string, branch: string) =>
  `Via: SIP/2.0/${transport} [local_ip]:[local_port];branch=${branch};rport`

/** Requests of one caller, who never registers. */
export function requests({ from, to: callee, gateway, proxied = false }: Caller) {
  const transport = proxied ? 'tcp' : 'tls'
  const target = `sip:${callee}@${gateway};transport=${transport}`
  const request = (method: string, cseq: number, uri: string, to: string) => [
    `${method} ${uri} SIP/2.0`,
    // An INVITE's CANCEL, and the ACK to its refusal, belong to its transaction: they have its branch.
    via(
      transport.toUpperCase(),
      uri === target && method !== 'OPTIONS' ? `z9hG4bK-[pid]-[call_number]-${cseq}` : '[branch]',
    ),
    ...(proxied && uri !== target ? ['[routes]'] : []),
    'Max-Forwards: 70',
    `From: <sip:${from}@127.0.0.1>;tag=[pid]-[call_number]`,
    `To: ${to}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:sipp@[local_ip]:[local_port];transport=${transport}>`,
  ]
  const outside = `<${target}>`
  const inside = `<${target}>[peer_tag_param]`
  const send = (message: readonly string[], body: readonly string[] = []): Step => ({
    kind: 'send',
    message: body.length === 0 ? message : [...message, sdpType],
    body,
  })
  return {
    invite: (sdp: readonly string[], headers: readonly string[] = []) =>
      send([...request('INVITE', 1, target, outside), ...headers], sdp),
    /** Any request within the dialog. */
    within: (method: string, cseq: number, headers: readonly string[] = [], sdp: readonly string[] = []) =>
      send([...request(method, cseq, '[next_url]', inside), ...headers], sdp),
    reinvite: (cseq: number, sdp: readonly string[]) =>
      send(request('INVITE', cseq, '[next_url]', inside), sdp),
    cancel: () => send(request('CANCEL', 1, target, outside)),
    options: () => send(request('OPTIONS', 1, target, outside)),
    /** To a success: a transaction of its own, to the Contact. */
    ack: (cseq: number, sdp: readonly string[] = []) => send(request('ACK', cseq, '[next_url]', inside), sdp),
    /** To a refusal: part of the INVITE's transaction. */
    ackRefusal: (cseq: number) => send(request('ACK', cseq, target, inside)),
    bye: (cseq: number) => send(request('BYE', cseq, '[next_url]', inside)),
    /** 200 to the request received last. */
    ok: () =>
      send([
        'SIP/2.0 200 OK',
        '[last_Via:]',
        '[last_From:]',
        '[last_To:]',
        '[last_Call-ID:]',
        '[last_CSeq:]',
      ]),
  }
}

/** The scenario as SIPp reads it. */
export function scenarioXml(steps: readonly Step[]): string {
  const body = steps.map((step, index) => stepXml(step, index + 1)).join('\n')
  const checks = steps.flatMap((step, index) => variables(step, index + 1))
  const reference = checks.length === 0 ? '' : `<Reference variables="${checks.join(',')}"/>\n`
  return `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="voxkeep">\n${body}\n${reference}</scenario>\n`
}

function stepXml(step: Step, number: number): string {
  switch (step.kind) {
    case 'pause':
      return `<pause milliseconds="${step.ms}"/>`
    case 'send': {
      const lines = [...step.message, 'Content-Length: [len]', '', ...step.body]
      return `<send><![CDATA[\n${lines.join('\n')}\n]]></send>`
    }
    case 'expect':
      return expectXml(step, number)
  }
}

function expectXml(step: Extract<Step, { kind: 'expect' }>, number: number): string {
  const kind = typeof step.what === 'number' ? 'response' : 'request'
  const optional = step.optional ? ' optional="true"' : ''
  // `rrs` keeps the Contact for `[next_url]`, and the route for `[routes]`.
  const keep = step.body.length > 0 || step.keep !== undefined || step.what === 200 ? ' rrs="true"' : ''
  const auth = step.challenges === true ? ' auth="true"' : ''
  const open = `<recv ${kind}="${step.what}"${optional}${keep}${auth}`
  const { body, message = [] } = step
  if (body.length + message.length === 0) return `${open}/>`
  const names = variables(step, number)
  const check = (where: string, pattern: string, names: string) =>
    `<ereg regexp="${escapeXml(pattern)}" search_in="${where}" check_it="true" assign_to="${names}"/>`
  const checks = [
    ...body.map((pattern, i) => check('body', pattern, names[i] ?? '')),
    ...message.map((pattern, i) => {
      const name = names[body.length + i] ?? ''
      return check('msg', pattern, i === 0 && step.keep !== undefined ? `${name},${step.keep}` : name)
    }),
  ]
  return `${open}><action>${checks.join('')}</action></recv>`
}

function variables(step: Step, number: number): string[] {
  if (step.kind !== 'expect') return []
  return [...step.body, ...(step.message ?? [])].map((_, i) => `check${number}x${i}`)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
