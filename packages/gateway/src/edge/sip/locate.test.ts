import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { locator } from './locate.ts'
import type { Resolver, SrvRecord } from './resolver.ts'

const srvRecord = (name: string, priority: number, weight: number, port = 5061): SrvRecord => {
  return { name, port, priority, weight, ttlS: 60 }
}

function asked(names: {
  srv?: Record<string, SrvRecord[]>
  addresses?: Record<string, string[]>
  ttlS?: number
}) {
  const questions: string[] = []
  const resolver: Resolver = {
    srv(name) {
      questions.push(`SRV ${name}`)
      return Promise.resolve(names.srv?.[name] ?? [])
    },
    addresses(name) {
      questions.push(name)
      const ttlS = names.ttlS ?? 60
      return Promise.resolve((names.addresses?.[name] ?? []).map((address) => ({ address, ttlS })))
    },
  }
  const clock = fakeClock()
  const dice = { next: 0 }
  const locate = locator({ resolver, clock, chance: () => dice.next })
  const addresses = async (host: string, port?: number) =>
    (await locate(host, port)).map((target) => `${target.address} ${target.port}`)
  return { clock, dice, questions, addresses }
}

test('locator() asks nobody about an address', async () => {
  const { addresses, questions } = asked({})
  assert.deepEqual(await addresses('192.0.2.1'), ['192.0.2.1 5061'])
  assert.deepEqual(await addresses('2001:db8::1', 5071), ['2001:db8::1 5071'])
  assert.deepEqual(questions, [])
})

test('locator() asks for SRV where no port is given, and takes the service’s targets and ports', async () => {
  const { addresses, questions } = asked({
    srv: {
      '_sips._tcp.carrier.example': [srvRecord('b.example', 20, 0, 5063), srvRecord('a.example', 10, 0)],
    },
    addresses: { 'a.example': ['2001:db8::a', '192.0.2.10'], 'b.example': ['192.0.2.20'] },
  })
  assert.deepEqual(await addresses('carrier.example'), [
    '192.0.2.10 5061',
    '2001:db8::a 5061',
    '192.0.2.20 5063',
  ])
  assert.equal(questions[0], 'SRV _sips._tcp.carrier.example')
})

test('locator() asks for addresses only where a port is given, or where there is no SRV', async () => {
  const { addresses, questions } = asked({ addresses: { 'carrier.example': ['192.0.2.1'] } })
  assert.deepEqual(await addresses('carrier.example', 5071), ['192.0.2.1 5071'])
  assert.deepEqual(questions, ['carrier.example'])
  assert.deepEqual(await addresses('carrier.example'), ['192.0.2.1 5061'])
})

test('locator() draws among targets of one priority by weight', async () => {
  const { addresses, dice } = asked({
    srv: {
      '_sips._tcp.c.example': [
        srvRecord('heavy', 1, 90),
        srvRecord('light', 1, 10),
        srvRecord('never', 1, 0),
        srvRecord('spare', 2, 0),
      ],
    },
    addresses: { heavy: ['192.0.2.1'], light: ['192.0.2.2'], never: ['192.0.2.3'], spare: ['192.0.2.4'] },
  })
  const first = new Map<string, number>()
  for (let i = 0; i < 101; i++) {
    dice.next = i / 101
    const [target = '', , , last = ''] = await addresses('c.example')
    first.set(target, (first.get(target) ?? 0) + 1)
    assert.equal(last, '192.0.2.4 5061')
  }
  assert.deepEqual(Object.fromEntries(first), {
    '192.0.2.3 5061': 1,
    '192.0.2.2 5061': 10,
    '192.0.2.1 5061': 90,
  })
})

test('locator() rejects a name that has no address, and one that says it has no such service', async () => {
  const { addresses } = asked({ srv: { '_sips._tcp.none.example': [srvRecord('', 0, 0)] } })
  for (const host of ['gone.example', 'none.example'])
    await assert.rejects(addresses(host), { code: 'EDGE_PEER_UNREACHABLE', reason: 'name' })
})

test('locator() keeps what it found for its time to live, five seconds at least and five minutes at most', async () => {
  for (const [ttlS, keptMs] of [
    [60, 60_000],
    [0, 5_000],
    [86_400, 300_000],
  ] as const) {
    const { addresses, questions, clock } = asked({ addresses: { 'c.example': ['192.0.2.1'] }, ttlS })
    await Promise.all([addresses('c.example', 1), addresses('c.example', 2)])
    clock.advance(keptMs - 1)
    await addresses('c.example', 3)
    assert.equal(questions.length, 1, String(ttlS))
    clock.advance(1)
    await addresses('c.example', 4)
    assert.equal(questions.length, 2, String(ttlS))
  }
})

test('locator() forgets the names that were asked for longest ago, however many there are', async () => {
  const { addresses, questions } = asked({ addresses: { 'first.example': ['192.0.2.1'] } })
  await addresses('first.example', 1)
  for (let i = 0; i < 1_001; i++) await addresses(`${i}.example`, 1).catch(() => undefined)
  const before = questions.length
  await addresses('first.example', 1)
  assert.equal(questions.length, before + 1)
})
