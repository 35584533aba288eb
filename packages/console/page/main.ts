import { Gateway } from './api.ts'
import { el, show } from './dom.ts'
import { next, type Calls, type Item } from './state.ts'
import { callView, type CallView } from './view-call.ts'
import { callList } from './view-list.ts'

const detailMs = 1_000
const againMs = 2_000

/** A token in the address (`#token=…`, which no server sees) is taken out of it at once. */
function tokenInAddress(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (location.hash !== '') history.replaceState(null, '', location.pathname)
  return token ?? undefined
}

function askForToken(why?: string): void {
  const field = el('input', {
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': 'API token',
  }) as HTMLInputElement
  const form = el(
    'div',
    { class: 'sign-in' },
    el('h1', {}, 'Voxkeep'),
    el(
      'p',
      {},
      'An API token with the scope calls:read shows the calls that go on. It stays in this page’s memory only.',
    ),
    why === undefined ? undefined : el('p', { class: 'wrong', role: 'alert' }, why),
    field,
    el('button', { type: 'button' }, 'Watch'),
  )
  const go = () => field.value !== '' && void watch(field.value.trim())
  form.querySelector('button')?.addEventListener('click', go)
  field.addEventListener('keydown', (event) => event.key === 'Enter' && go())
  show(document.body, form)
  field.focus()
}

/** The page of somebody who watches. */
class Page {
  readonly #gateway: Gateway
  readonly #over = new AbortController()
  readonly #list = el('nav', { 'aria-label': 'Calls' })
  readonly #main = el('main')
  readonly #status = el('span', { class: 'status', role: 'status' })
  #calls: Calls = new Map()
  #chosen: string | undefined
  #view: CallView | undefined
  #asking = false

  constructor(gateway: Gateway) {
    this.#gateway = gateway
  }

  start(): void {
    show(
      document.body,
      el('header', { class: 'bar' }, el('h1', {}, 'Voxkeep'), el('span', {}, 'live calls'), this.#status),
      el('div', { class: 'page' }, this.#list, this.#main),
    )
    show(
      this.#main,
      el('p', { class: 'empty' }, 'Choose a call to see its audio, its webhooks and what protects it.'),
    )
    const ticking = setInterval(() => this.#tick(), detailMs)
    this.#over.signal.addEventListener('abort', () => clearInterval(ticking))
    this.#tick()
  }

  stop(): void {
    this.#over.abort()
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** Resolves when the gateway ended the connection; rejects when it could not be had. */
  async follow(): Promise<void> {
    for await (const item of this.#gateway.watch(this.#over.signal)) {
      this.#status.textContent = 'connected'
      this.#take(item)
    }
  }

  lost(): void {
    this.#status.textContent = 'the connection is lost; trying again'
  }

  #take(item: Item): void {
    this.#calls = next(this.#calls, item)
    if (this.#chosen === undefined && this.#calls.size > 0) this.#choose([...this.#calls.keys()].at(-1) ?? '')
    if (item.kind === 'level') {
      const seen = this.#calls.get(item.call_id)
      if (item.call_id === this.#chosen && seen !== undefined) this.#view?.levels(seen)
    }
    if (item.kind !== 'story') this.#drawList()
  }

  #drawList(): void {
    const focused = document.activeElement?.closest('nav') === this.#list
    show(
      this.#list,
      callList(this.#calls, this.#chosen, Date.now(), (id) => this.#choose(id)),
    )
    if (focused) this.#list.querySelector<HTMLElement>('[aria-pressed=true]')?.focus()
  }

  #choose(id: string): void {
    this.#chosen = id
    this.#view = callView()
    show(this.#main, this.#view.element)
    const seen = this.#calls.get(id)
    if (seen !== undefined) this.#view.levels(seen)
    this.#drawList()
    void this.#refresh()
  }

  #tick(): void {
    this.#drawList()
    void this.#refresh()
  }

  async #refresh(): Promise<void> {
    const [id, view] = [this.#chosen, this.#view]
    if (id === undefined || view === undefined || this.#asking) return
    this.#asking = true
    try {
      const isLive = this.#calls.get(id)?.call.state !== 'ended'
      const detail = await this.#gateway.look(id, isLive, this.#over.signal)
      if (detail !== undefined && this.#chosen === id) view.detail(detail)
    } catch {
      this.lost()
    } finally {
      this.#asking = false
    }
  }
}

/** Follows the gateway until the token is no good, or another takes its place. */
async function watch(token: string): Promise<void> {
  current?.stop()
  const page = new Page(new Gateway(token))
  current = page
  for (let isShown = false; !page.isOver; isShown = true) {
    try {
      if (!isShown) page.start()
      await page.follow()
    } catch (error) {
      if (page.isOver) return
      if (!(error instanceof TypeError)) {
        page.stop()
        return askForToken(error instanceof Error ? error.message : String(error))
      }
      page.lost()
    }
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}

let current: Page | undefined

function begin(): void {
  const token = tokenInAddress()
  if (token !== undefined) void watch(token)
  else if (current === undefined) askForToken()
}

addEventListener('hashchange', begin)
begin()
