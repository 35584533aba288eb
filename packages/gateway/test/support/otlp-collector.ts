import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createPki } from '@voxkeep/pki'
import { watch } from './watch.ts'

/** A log record as OTLP has it, its attributes as a table. */
export interface OtlpRecord {
  readonly body: string
  readonly severityNumber: number
  readonly attributes: Readonly<Record<string, unknown>>
}

interface KeyValue {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Request {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: string
        readonly severityNumber: number
        readonly body: { readonly stringValue: string }
        readonly attributes: readonly KeyValue[]
      }[]
    }[]
  }[]
}

/**
 * An OTLP/HTTP log collector as the public specification describes one: `POST /v1/logs` with `application/json`, answered with
 * 200 and an `ExportLogsServiceResponse`, 503 when it is overloaded, 400 for what it cannot read.
 */
export interface OtlpCollector extends AsyncDisposable {
  readonly url: string
  readonly caPem: string
  readonly records: readonly OtlpRecord[]
  /** How it answers from now on. */
  behave(as: 'well' | 'overloaded' | 'hangs' | 'rejects-some'): void
  until(what: string, probe: (records: readonly OtlpRecord[]) => boolean): Promise<boolean>
  readonly authorizations: ReadonlySet<string>
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['localhost', '127.0.0.1'])
  const records: OtlpRecord[] = []
  const authorizations = new Set<string>()
  const { changed, until } = watch()
  let behaviour: 'well' | 'overloaded' | 'hangs' | 'rejects-some' = 'well'
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.method !== 'POST' || request.url !== '/v1/logs') return void answer(404, {})
    if (request.headers['content-type'] !== 'application/json') return void answer(415, {})
    if (behaviour === 'hangs') return void request.resume()
    if (behaviour === 'overloaded') return void answer(503, { message: 'later' })
    json(request).then(
      (body) => {
        authorizations.add(request.headers.authorization ?? '')
        records.push(...read(body as Request))
        answer(200, behaviour === 'rejects-some' ? { partialSuccess: { rejectedLogRecords: '1' } } : {})
        changed()
      },
      () => answer(400, {}),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`,
    caPem: pki.caPem,
    records,
    authorizations,
    behave: (as) => void (behaviour = as),
    until: (what, probe) => until(what, () => probe(records)),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Throws for what is no request: it must be found, not passed over. */
function read({ resourceLogs }: Request): OtlpRecord[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) => {
    if (tableOf(resource.attributes)['service.name'] !== 'voxkeep') throw new Error('whose logs are these?')
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ timeUnixNano, severityNumber, body, attributes }) => {
        if (!/^\d{19}$/.test(timeUnixNano)) throw new Error('a 64-bit number is text in OTLP’s JSON')
        return { body: body.stringValue, severityNumber, attributes: tableOf(attributes) }
      }),
    )
  })
}

function tableOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, of] = Object.entries(value)[0] ?? []
      return [key, kind === 'intValue' ? BigInt(String(of)) : of]
    }),
  )
}
