import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from './index.ts'

const specFile = join(import.meta.dirname, '..', '..', '..', 'spec', 'openapi.json')
const spec = JSON.parse(await readFile(specFile, 'utf8')) as {
  paths: Record<string, Record<string, unknown>>
}

/** The requests that calling everything once makes, as `METHOD /path/{id}`. */
async function everyRequest(): Promise<string[]> {
  const sent: string[] = []
  const client = createClient({
    baseUrl: 'https://gw.example',
    token: 't',
    fetch: async (url, { method }) => {
      sent.push(`${method} ${new URL(url).pathname.replace('/x_1', '/{id}').replace('/an-app', '/{app}')}`)
      return Response.json({ data: [], has_more: false, next_cursor: null })
    },
  })
  const { calls, recordings, tokens, dialing } = client
  await Promise.all([dialing.stops(), dialing.lift('an-app')])
  await Promise.all([calls.list(), calls.get('x_1'), calls.audit('x_1'), calls.setVariables('x_1', {})])
  await Promise.all([calls.create({ to: '+12125550100' }), calls.command('x_1', []), calls.hangup('x_1')])
  await Promise.all([
    recordings.list(),
    recordings.get('x_1'),
    recordings.audio('x_1'),
    recordings.delete('x_1'),
  ])
  await Promise.all([tokens.list(), tokens.create({ name: 'n', scopes: [] }), tokens.revoke('x_1')])
  return sent
}

test('createClient() speaks all of the API, and nothing else', async () => {
  const offered = Object.entries(spec.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !/health|metrics|openapi/.test(route)) // for machines that watch the gateway
  assert.deepEqual((await everyRequest()).toSorted(), offered.toSorted())
})
