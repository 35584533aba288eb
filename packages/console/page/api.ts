import type { Call, Item, Line } from './state.ts'

export interface Detail {
  readonly call: Call
  readonly story: readonly Line[]
  readonly receipt: Receipt
  readonly ladder: readonly Rung[]
  readonly media: Readonly<Record<string, unknown>> | null
}

export interface Rung {
  readonly atMs: number
  readonly direction: 'received' | 'sent'
  readonly what: string
  readonly cseq: string
  readonly leg?: number
}

interface Tls {
  readonly version?: string
  readonly tlsVersion?: string
  readonly cipher: string
  readonly group: string
}

export interface Receipt {
  readonly sip: (Tls & { readonly authenticatedBy: readonly string[] }) | null
  readonly srtp: { readonly suite: string } | null
  readonly identity: { readonly status: string; readonly attestation?: string } | null
  readonly webhooks: readonly {
    readonly type: string
    readonly host: string
    readonly signedBy: readonly string[]
    readonly outcome: string
  }[]
  readonly streams: readonly {
    readonly id: string
    readonly host: string
    readonly tls: Tls | null
    readonly end: string | null
    readonly stats: Readonly<Record<string, number>> | null
  }[]
  readonly recordings: readonly { readonly id: string; readonly state: string; readonly keyRef: string }[]
  readonly consent: readonly { readonly party: string; readonly state: string; readonly required: string }[]
  readonly redaction: { readonly found: Readonly<Record<string, number>>; readonly silencedMs: number } | null
  readonly secureCapture: readonly { readonly what: string; readonly outcome: string }[]
  /** Absent in calls that older software kept. */
  readonly verifications?: readonly { readonly action: string; readonly result: string }[]
  readonly endReason: string | null
}

/** The gateway, asked with one token that is kept in memory only. */
export class Gateway {
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  /** Everything that happens, until the connection ends. Rejects with words for a person. */
  async *watch(signal: AbortSignal): AsyncGenerator<Item, void> {
    const { body } = await this.#get('/v1/live', signal)
    if (body === null) return
    let rest = ''
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line) as Item
    }
  }

  /** A call that goes on (`isLive`), or one that has ended; undefined when it is neither. */
  async look(id: string, isLive: boolean, signal: AbortSignal): Promise<Detail | undefined> {
    const path = `/v1/calls/${encodeURIComponent(id)}`
    const live = isLive ? await this.#ask(`${path}/live`, signal) : undefined
    if (live?.ok === true) return (await live.json()) as Detail
    const ended = await this.#ask(path, signal)
    if (!ended.ok) return undefined
    const row = (await ended.json()) as Call & Omit<Detail, 'call' | 'media'>
    return { call: row, story: row.story, receipt: row.receipt, ladder: row.ladder ?? [], media: null }
  }

  async #get(path: string, signal: AbortSignal): Promise<Response> {
    const answer = await this.#ask(path, signal)
    if (answer.ok) return answer
    const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string }
    throw new Error(
      `${problem.title ?? `status ${answer.status}`}${problem.detail === undefined ? '' : `: ${problem.detail}`}`,
    )
  }

  #ask(path: string, signal: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` }
    return fetch(path, { headers, signal, cache: 'no-store', redirect: 'error' })
  }
}
