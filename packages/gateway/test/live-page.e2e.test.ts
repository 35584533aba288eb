import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { program, without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'

/** Where pictures of the page go, for people to look at. */
const pictures = process.env['VOXKEEP_PICTURES']

/** A real browser in front of a real call. */
describe('the live page in Chromium', { skip: without('chromium'), timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** What the page asked for, and what the browser had to complain of. */
  const asked = new Set<string>()
  const complaints: string[] = []
  before(async () => {
    gateway = stack.use(
      await startGateway({
        scopes: ['calls:read', 'tokens:admin'],
        decide: (event) =>
          event.type === 'call.incoming'
            ? [commands.record(), commands.stream('/stream')]
            : [commands.hangup()],
      }),
    )
    const executablePath = program('chromium')
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    stack.defer(() => browser.close())
    context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })
    page = await context.newPage()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    page.on('console', (message) => {
      // A call may end while the page asks for what goes on in it.
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  after(() => stack.disposeAsync())

  const address = () => `https://localhost:${gateway.apiPort}/console/`
  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }

  test('asks for a token, and says what is wrong with one that is not good', async () => {
    await page.goto(address())
    await page.getByLabel('API token').fill('vk_live_nonsense')
    await picture('sign-in')
    await page.getByRole('button', { name: 'Watch' }).click()
    const alert = await page.getByRole('alert').textContent()
    assert.match(alert ?? '', /token/i)
    complaints.length = 0 // the browser logs the 401 that was asked for
  })

  test('shows a call as it goes on: levels, receipt, webhooks, streams, ladder, story', async () => {
    const hangUp = new AbortController()
    const speech = Int16Array.from({ length: 16_000 }, (_, i) => 9_000 * Math.sin(i / 3))
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550188',
      to: 'hello',
      speech,
      signal: hangUp.signal,
    })
    await page.goto(`${address()}#token=${encodeURIComponent(gateway.token)}`)
    await page.getByRole('button', { name: /\+12025550188/ }).click()
    const main = page.getByRole('main')
    await main.getByText(/SRTP AES_CM_128_HMAC_SHA1_80|SRTP AEAD/).waitFor()
    await main.getByText(/call\.incoming at/).waitFor()
    await main.getByRole('cell', { name: 'record, stream' }).waitFor()
    await main
      .getByText(/TLSv1\.3/)
      .first()
      .waitFor()
    await main.getByRole('img', { name: /SIP messages/ }).waitFor()
    const frames = main
      .getByRole('row')
      .filter({ hasText: /^[0-9a-f]{6}/ })
      .getByRole('cell')
      .nth(1)
    const begun = Number(await frames.textContent())
    const carried = async () => Number(await frames.textContent())
    for (let tries = 0; tries < 100 && (await carried()) < begun + 20; tries++) await setTimeout(50)
    assert.ok((await carried()) >= begun + 20, 'frames are counted as they go to the app')
    const levels = await main.getByText(/^caller -\d+ dB · to the caller -\d+ dB$/).textContent()
    const [, heard = '-78'] = /caller (-\d+) dB/.exec(levels ?? '') ?? []
    assert.ok(Number(heard) > -40, `the caller's tone is there: ${levels}`)
    await picture('call')
    hangUp.abort()
    await calling
    await page.getByRole('button', { name: /\+12025550188.*caller-hung-up/ }).waitFor()
    await main.getByText('caller-hung-up').first().waitFor()
    await picture('ended')
  })

  test('keeps the token in memory only, and speaks to nobody but its gateway', async () => {
    assert.equal(page.url(), address())
    const stored = await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')
    assert.deepEqual(stored, [0, 0, ''])
    assert.deepEqual([...asked], [`https://localhost:${gateway.apiPort}`])
    assert.deepEqual(complaints, [])
  })

  test('can be read on a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await picture('narrow')
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
    assert.equal(tooWide, false)
  })
})
