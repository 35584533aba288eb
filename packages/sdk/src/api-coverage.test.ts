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
      sent.push(
        `${method} ${new URL(url).pathname.replace('/x_1', '/{id}').replace('/an-app', '/{app}').replace('/tile/*', '/tile/{*}').replace('/a-job', '/{name}').replace('/a-voice', '/{subject}').replace('/a-token', '/{token}')}`,
      )
      return Response.json({ data: [], has_more: false, next_cursor: null })
    },
  })
  const { alerts, keys, calls, recordings, tokens, dialing } = client
  await Promise.all([keys.get(), keys.rotate('all'), keys.destroy('acme')])
  await Promise.all([alerts.list(), alerts.get('x_1'), alerts.acknowledge('x_1'), calls.receipt('x_1')])
  await Promise.all([dialing.stops(), dialing.lift('an-app')])
  await Promise.all([calls.list(), calls.get('x_1'), calls.audit('x_1'), calls.setVariables('x_1', {})])
  await Promise.all([calls.create({ to: '+12125550100' }), calls.command('x_1', []), calls.hangup('x_1')])
  await Promise.all([
    recordings.list(),
    recordings.get('x_1'),
    recordings.audio('x_1'),
    recordings.delete('x_1'),
    recordings.marks('x_1'),
    recordings.redact('x_1', { spans: [] }),
  ])
  await Promise.all([tokens.list(), tokens.create({ name: 'n', scopes: [] }), tokens.revoke('x_1')])
  const { retention, holds, subjects, jobs } = client
  await Promise.all([retention.plan(), jobs.list(), jobs.run('a-job'), holds.list(), holds.get('x_1')])
  await Promise.all([holds.place({ all: true, reason: 'r' }), holds.release('x_1', 'r')])
  await Promise.all([subjects.find('s'), subjects.export('s'), subjects.erase('s'), subjects.list()])
  await Promise.all([subjects.get('x_1'), subjects.archive('x_1')])
  const { objects, backups } = client
  await Promise.all([objects.list(), objects.get('x_1'), objects.verify(), client.erasures()])
  await Promise.all([backups.list(), backups.get('x_1'), backups.create()])
  await client.transcripts.get('x_1')
  await client.speech.engines()
  await client.voices.list()
  await Promise.all([client.verifiers.list(), client.verifiers.forget('x_1', 'a-voice')])
  await client.live.get('x_1')
  await client.live.watch().next()
  const { vault, payments, consents } = client
  await Promise.all([consents.list(), consents.find('n'), consents.choose('n', 'none'), consents.rules()])
  await Promise.all([
    vault.create({ kind: 'other', value: 'v', purposes: ['p'] }),
    vault.get('a-token'),
    vault.find('other', 'v'),
  ])
  await Promise.all([vault.reveal('a-token', { purpose: 'p', reason: 'r' }), vault.delete('a-token')])
  await Promise.all([payments.list(), payments.get('x_1')])
  const { audit } = client
  await Promise.all([
    audit.list(),
    audit.checkpoint(),
    audit.proof(1),
    audit.checkpointProof(),
    audit.export(),
  ])
  await Promise.all([audit.tile('*'), audit.keys(), audit.rotateKeys(), audit.verify()])
  return sent
}

test('createClient() speaks all of the API, and nothing else', async () => {
  const offered = Object.entries(spec.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((route) => !/health|metrics|openapi|witness/.test(route)) // for machines that watch the gateway
  assert.deepEqual((await everyRequest()).toSorted(), offered.toSorted())
})
