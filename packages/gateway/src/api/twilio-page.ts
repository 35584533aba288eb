import { timeOfId, type TenantId } from '#kernel'
import type { Cursors } from './cursor.ts'
import { badParameter } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'

interface TwilioList<Row> {
  readonly tenant: TenantId
  /** The name that the rows have in the answer. */
  readonly name: string
  /** The list's own path. */
  readonly path: string
  readonly query: TwilioForm
  /** The filters that are in force, as they were sent: they come with every page's address. */
  readonly filters: readonly string[]
  /** Nothing older is asked for. */
  readonly fromMs?: number
  /** Rows with an id below `before`, newest first. */
  readonly rows: (page: {
    readonly limit: number
    readonly before: string | undefined
  }) => Promise<readonly Row[]>
  readonly fits: (row: Row) => boolean
  readonly show: (row: Row) => object
}

/** Numbers are sealed in the database, so that filters are applied here: so many rows are looked at for one page, and the next page goes on there. */
const maxLooked = 2_000
const batch = 200

/**
 * One page of a list, newest first, with the addresses that Twilio's clients follow. A page may have fewer rows than were asked for, or
 * none, and a next one all the same.
 */
export async function twilioPage<Row extends { readonly id: string; readonly started_at: Date }>(
  cursors: Cursors,
  list: TwilioList<Row>,
): Promise<object> {
  const size = list.query.int('PageSize', 1, 1_000) ?? 50
  const number = list.query.int('Page', 0, 999_999_999) ?? 0
  const sent = list.filters.flatMap((name): [string, string][] => {
    const value = list.query.text(name)
    return value === undefined ? [] : [[name, value]]
  })
  const scope = JSON.stringify([list.tenant, list.path, ...sent])
  const token = list.query.text('PageToken')
  const before = token === undefined ? undefined : cursors.open(scope, token)
  if (token !== undefined && before === undefined) throw badParameter('PageToken', 'is not one of this list')
  const { found, next } = await collect(list, size, before)
  const uri = (more: Record<string, string>) => {
    const query = new URLSearchParams([...sent, ['PageSize', String(size)], ...Object.entries(more)])
    return `${list.path}?${query.toString()}`
  }
  return {
    first_page_uri: uri({ Page: '0' }),
    end: number * size + Math.max(0, found.length - 1),
    previous_page_uri: null,
    [list.name]: found.map(list.show),
    uri: uri({ Page: String(number) }),
    page_size: size,
    start: number * size,
    next_page_uri:
      next === undefined ? null : uri({ Page: String(number + 1), PageToken: cursors.seal(scope, next) }),
    page: number,
  }
}

async function collect<Row extends { readonly id: string; readonly started_at: Date }>(
  { rows, fits, fromMs = -Infinity }: TwilioList<Row>,
  size: number,
  from: string | undefined,
): Promise<{ readonly found: readonly Row[]; readonly next: string | undefined }> {
  const found: Row[] = []
  let before = from
  for (let looked = 0; looked < maxLooked; looked += batch) {
    const part = await rows({ limit: batch, before })
    for (const row of part) {
      // What took the place of a redacted recording has a new id, and began when that did.
      if (Math.max(timeOfId(row.id), row.started_at.getTime()) < fromMs) return { found, next: undefined }
      if (found.length === size && fits(row)) return { found, next: before }
      if (fits(row)) found.push(row)
      before = row.id
    }
    if (part.length < batch) return { found, next: undefined }
  }
  return { found, next: before }
}
