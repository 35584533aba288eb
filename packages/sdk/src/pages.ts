import type { Page, PageOptions } from './resources.ts'

/** A list: `await` it for one page, or `for await` over it for every item on all of them. */
export interface Listing<T> extends PromiseLike<Page<T>>, AsyncIterable<T> {}

/** Nothing is asked for until the listing is awaited or iterated; each time anew. */
export function listing<T>(
  fetchPage: (options: PageOptions) => Promise<Page<T>>,
  options: PageOptions,
): Listing<T> {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- a listing is awaited for one page, as in other APIs' clients
    then: (onPage, onError) => fetchPage(options).then(onPage, onError),
    async *[Symbol.asyncIterator]() {
      let cursor = options.cursor
      for (;;) {
        const page = await fetchPage(cursor === undefined ? options : { ...options, cursor })
        yield* page.data
        if (!page.has_more || page.next_cursor === null) return
        cursor = page.next_cursor
      }
    },
  }
}
