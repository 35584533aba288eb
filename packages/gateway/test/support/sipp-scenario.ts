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
    }
  | { readonly kind: 'pause'; readonly ms: number }

export interface Caller {
  readonly from: string
  readonly to: string
  /** Host and port that the request URI names. */
  readonly gateway: string
}

export const pause = (ms: number): Step => ({ kind: 'pause', ms })
export const expect = (what: number | string, ...body: string[]): Step => ({
  kind: 'expect',
  what,
  optional: false,
  body,
})
export const maybe = (what: number): Step => ({ kind: 'expect', what, optional: true, body: [] })

const sdpType = 'Content-Type: application/sdp'
const via = (branch: string) => `Via: SIP/2.0/TLS [local_ip]:[local_port];branch=${branch};rport`

/** Requests of one caller, who never registers. */
export function requests({ from, to: callee, gateway }: Caller) {
  const target = `sip:${callee}@${gateway};transport=tls`
  const request = (method: string, cseq: number, uri: string, to: string) => [
    `${method} ${uri} SIP/2.0`,
    // An INVITE's CANCEL, and the ACK to its refusal, belong to its transaction: they have its branch.
    via(uri === target && method !== 'OPTIONS' ? `z9hG4bK-[pid]-[call_number]-${cseq}` : '[branch]'),
    'Max-Forwards: 70',
    `From: <sip:${from}@127.0.0.1>;tag=[pid]-[call_number]`,
    `To: ${to}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=tls>',
  ]
  const outside = `<${target}>`
  const inside = `<${target}>[peer_tag_param]`
  const send = (message: readonly string[], body: readonly string[] = []): Step => ({
    kind: 'send',
    message: body.length === 0 ? message : [...message, sdpType],
    body,
  })
  return {
    invite: (sdp: readonly string[]) => send(request('INVITE', 1, target, outside), sdp),
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
  // `rrs` keeps the Contact for `[next_url]`.
  const keep = step.body.length > 0 ? ' rrs="true"' : ''
  const open = `<recv ${kind}="${step.what}"${optional}${keep}`
  if (step.body.length === 0) return `${open}/>`
  const names = variables(step, number)
  const checks = step.body.map(
    (pattern, i) =>
      `<ereg regexp="${escapeXml(pattern)}" search_in="body" check_it="true" assign_to="${names[i]}"/>`,
  )
  return `${open}><action>${checks.join('')}</action></recv>`
}

function variables(step: Step, number: number): string[] {
  return step.kind === 'expect' ? step.body.map((_, i) => `check${number}x${i}`) : []
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
