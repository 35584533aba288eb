import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { systemResolver } from './resolver.ts'

const types = { A: 1, AAAA: 28, SRV: 33 } as const

const dnsName = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.of(0),
  ])

function record(type: number, ttlS: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0) // the name that was asked for
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttlS, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function service(priority: number, weight: number, port: number, target: string): Buffer {
  const numbers = Buffer.alloc(6)
  ;[priority, weight, port].forEach((value, i) => numbers.writeUInt16BE(value, i * 2))
  return record(types.SRV, 60, Buffer.concat([numbers, dnsName(target)]))
}

/** A name server for `TYPE name` keys; everything else does not exist. */
async function nameServer(zone: Record<string, Buffer[]>) {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12)
    const labels: string[] = []
    for (let at = 12; at < end; at += (query[at] ?? 0) + 1)
      labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)))
    const kind = Object.entries(types).find(([, id]) => id === query.readUInt16BE(end + 1))?.[0] ?? ''
    const answers = zone[`${kind} ${labels.join('.').toLowerCase()}`]
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(answers ? 0x8180 : 0x8183, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(answers?.length ?? 0, 6)
    socket.send(
      Buffer.concat([head, query.subarray(12, end + 5), ...(answers ?? [])]),
      from.port,
      from.address,
    )
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { server: `127.0.0.1:${socket.address().port}`, [Symbol.dispose]: () => void socket.close() }
}

test('systemResolver() reads SRV, A and AAAA of a name server', async () => {
  using dns = await nameServer({
    'SRV _sips._tcp.carrier.example': [
      service(10, 60, 5061, 'A.carrier.example'),
      service(20, 0, 5062, 'b.carrier.example'),
    ],
    'A a.carrier.example': [record(types.A, 300, Buffer.of(192, 0, 2, 10))],
    'AAAA a.carrier.example': [
      record(types.AAAA, 20, Buffer.from('20010db8000000000000000000000001', 'hex')),
    ],
  })
  const resolver = systemResolver([dns.server])
  const found = await resolver.srv('_sips._tcp.carrier.example')
  assert.deepEqual(
    found.toSorted((a, b) => a.priority - b.priority),
    [
      { name: 'a.carrier.example', port: 5061, priority: 10, weight: 60, ttlS: 30 },
      { name: 'b.carrier.example', port: 5062, priority: 20, weight: 0, ttlS: 30 },
    ],
  )
  assert.deepEqual(await resolver.addresses('a.carrier.example'), [
    { address: '192.0.2.10', ttlS: 300 },
    { address: '2001:db8::1', ttlS: 20 },
  ])
})

test('systemResolver() finds nothing where there is nothing, and says so without throwing', async () => {
  using dns = await nameServer({})
  const resolver = systemResolver([dns.server])
  assert.deepEqual(await resolver.srv('_sips._tcp.nowhere.invalid'), [])
  assert.deepEqual(await resolver.addresses('nowhere.invalid'), [])
})

test('systemResolver() looks names without a dot up the system’s way', async () => {
  const resolver = systemResolver(['127.0.0.1:9'])
  assert.deepEqual(await resolver.srv('_sips._tcp.localhost'), [])
  const found = await resolver.addresses('localhost')
  assert.ok(found.some(({ address }) => address === '127.0.0.1' || address === '::1'))
})
