import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { egressGuard, type Lookup } from './egress-guard.ts'
import { WebhookError } from './errors.ts'

const noLookup: Lookup = async (host) => assert.fail(`${host} must not be looked up`)
const names =
  (addresses: Record<string, readonly string[]>): Lookup =>
  async (host) =>
    (addresses[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const code = (expected: WebhookError['code']) => (error: unknown) =>
  error instanceof WebhookError && error.code === expected
const guard = egressGuard({ allowPrivate: [], lookup: noLookup })

const refusedLiterals = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  loopback: ['127.0.0.1', '127.255.255.254', '[::1]'],
  private: ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  'link-local': ['169.254.0.1', '169.254.169.254', '[fe80::1]', '[febf::1]'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', '[ff02::1]', '[ff0e::1]'],
  reserved: ['240.0.0.1', '255.255.255.255', '192.0.0.1', '198.18.0.1', '198.19.255.255'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '[2001:db8::1]', '[3fff::1]'],
  'cloud metadata': ['100.100.100.200', '168.63.129.16', '192.0.0.192', '[fd00:ec2::254]', '[fd20:ce::254]'],
  'unique local': ['[fc00::1]', '[fdff:ffff::1]'],
  'site-local': ['[fec0::1]'],
  unspecified: ['[::]'],
  'IPv4-mapped': ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a9fe:a9fe]', '[0:0:0:0:0:ffff:10.0.0.1]'],
  'IPv4-compatible': ['[::127.0.0.1]', '[::7f00:1]', '[::8.8.8.8]'],
  translated: ['[64:ff9b::7f00:1]', '[64:ff9b::8.8.8.8]', '[64:ff9b:1::1]', '[::ffff:0:127.0.0.1]'],
  tunnelled: ['[2002:7f00:1::]', '[2002:a00:1::1]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]'],
  discard: ['[100::1]'],
  'segment routing': ['[5f00::1]'],
  unassigned: ['[4000::1]', '[e000::1]'],
}
for (const [kind, hosts] of Object.entries(refusedLiterals)) {
  test(`egressGuard() refuses ${kind} addresses`, async () => {
    for (const host of hosts)
      await assert.rejects(guard.resolve(`https://${host}/`), code('EGRESS_ADDRESS_REFUSED'), host)
  })
}

test('egressGuard() refuses loopback in every spelling that a URL can have', async () => {
  const spellings = [
    '0177.0.0.1', // octal
    '0x7f.0.0.1', // hexadecimal
    '0x7f000001',
    '2130706433', // one number
    '017700000001',
    '127.1', // shortened
    '127.0.1',
    '127.0.0.1.', // trailing dot
    '１２７.0.0.1', // full-width digits
    '127。0。0。1', // ideographic full stops
    '%31%32%37.0.0.1',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
  ]
  for (const host of spellings)
    await assert.rejects(guard.resolve(`https://${host}/`), code('EGRESS_ADDRESS_REFUSED'), host)
})

test('egressGuard() lets public literals through', async () => {
  const open = { '8.8.8.8': '8.8.8.8', '[2606:4700::1111]': '2606:4700::1111', '[::ffff:8.8.8.8]': '8.8.8.8' }
  for (const [host, address] of Object.entries(open)) {
    const approved = await guard.resolve(`wss://${host}:8443/media`)
    assert.deepEqual(approved, { address, family: address.includes(':') ? 6 : 4 })
  }
})

test('egressGuard() refuses any other scheme, credentials, and what is no URL', async () => {
  const urls = [
    'http://8.8.8.8/',
    'ws://8.8.8.8/',
    'ftp://8.8.8.8/',
    'file:///etc/passwd',
    'gopher://8.8.8.8/',
    'javascript:alert(1)',
    'https://user:secret@8.8.8.8/',
    'https://user@8.8.8.8/',
    '//8.8.8.8/',
    '',
    'https://',
    'https://1.2.3.4.5.6.7.8:99999/',
  ]
  for (const url of urls) await assert.rejects(guard.resolve(url), code('EGRESS_URL_REFUSED'), url)
})

test('egressGuard() reads the URL as it is dialled: backslashes and userinfo tricks do not move the host', async () => {
  const asked: string[] = []
  const recording = egressGuard({
    allowPrivate: [],
    lookup: async (host) => (asked.push(host), [{ address: '8.8.8.8', family: 4 }]),
  })
  await recording.resolve('https://good.example\\@evil.example/')
  await recording.resolve('https://good.example#@evil.example/')
  await recording.resolve('https://GOOD.example/')
  assert.deepEqual(asked, ['good.example', 'good.example', 'good.example'])
})

test('egressGuard() refuses a name whose every address is refused, and picks the first that is not', async () => {
  const guard = egressGuard({
    allowPrivate: [],
    lookup: names({
      'inside.example': ['10.0.0.1', '::1', 'fd00::1', '::ffff:127.0.0.1'],
      'mixed.example': ['127.0.0.1', '::ffff:10.0.0.1', '93.184.215.14', '1.1.1.1'],
    }),
  })
  await assert.rejects(guard.resolve('https://inside.example/'), code('EGRESS_ADDRESS_REFUSED'))
  assert.deepEqual(await guard.resolve('https://mixed.example/'), { address: '93.184.215.14', family: 4 })
})

test('egressGuard() answers with one address: a later, different answer of the name server changes nothing', async () => {
  const answers = ['93.184.215.14', '127.0.0.1']
  const guard = egressGuard({
    allowPrivate: [],
    lookup: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
  })
  assert.deepEqual(await guard.resolve('https://rebind.example/'), { address: '93.184.215.14', family: 4 })
  await assert.rejects(guard.resolve('https://rebind.example/'), code('EGRESS_ADDRESS_REFUSED'))
})

test('egressGuard() refuses what a broken resolver calls an address', async () => {
  for (const address of [
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    'fe80::1%eth0',
    '::ffff:0177.0.0.1',
    '8.8.8.8/32',
    '::8.8.8.8',
  ]) {
    const guard = egressGuard({ allowPrivate: [], lookup: async () => [{ address, family: 4 }] })
    await assert.rejects(guard.resolve('https://a.example/'), code('EGRESS_ADDRESS_REFUSED'), address)
  }
})

test('egressGuard() tells a name without addresses from one that is refused', async () => {
  await assert.rejects(
    egressGuard({ allowPrivate: [], lookup: names({}) }).resolve('https://nowhere.example/'),
    code('EGRESS_NAME_UNKNOWN'),
  )
  const failing = egressGuard({
    allowPrivate: [],
    lookup: async () => Promise.reject(new Error('ENOTFOUND')),
  })
  await assert.rejects(failing.resolve('https://nowhere.example/'), code('EGRESS_NAME_UNKNOWN'))
})

test('egressGuard() reaches what allowPrivate names, and nothing beside it', async () => {
  const guard = egressGuard({
    allowPrivate: ['10.1.0.0/16', '192.168.7.7', 'fd12::/32', '::ffff:172.16.0.0/112'],
    lookup: noLookup,
  })
  for (const host of [
    '10.1.0.1',
    '10.1.255.255',
    '192.168.7.7',
    '[fd12::1]',
    '[::ffff:10.1.2.3]',
    '172.16.9.9',
  ])
    await guard.resolve(`https://${host}/`)
  for (const host of ['10.2.0.1', '192.168.7.8', '[fd13::1]', '127.0.0.1', '172.17.0.1'])
    await assert.rejects(guard.resolve(`https://${host}/`), code('EGRESS_ADDRESS_REFUSED'), host)
})

test('egressGuard() opens cloud metadata only when that very address is listed', async () => {
  const wide = egressGuard({ allowPrivate: ['0.0.0.0/0', '::/0', '169.254.0.0/16'], lookup: noLookup })
  for (const host of ['169.254.169.254', '[::ffff:169.254.169.254]', '168.63.129.16', '[fd00:ec2::254]'])
    await assert.rejects(wide.resolve(`https://${host}/`), code('EGRESS_ADDRESS_REFUSED'), host)
  await wide.resolve('https://127.0.0.1/')
  const exact = egressGuard({ allowPrivate: ['169.254.169.254'], lookup: noLookup })
  await exact.resolve('https://169.254.169.254/')
})

test('egressGuard() refuses a bad allow-list when it is made', () => {
  const bad = [
    '',
    'localhost',
    '10.0.0.0/33',
    '10/8',
    '0177.0.0.1/8',
    '::/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '1.2.3.4/-1',
  ]
  for (const range of bad)
    assert.throws(() => egressGuard({ allowPrivate: [range] }), code('WEBHOOK_ALLOW_LIST_INVALID'), range)
})

test('egressGuard() fails only as WebhookError, whatever the URL', async () => {
  const guard = egressGuard({ allowPrivate: [], lookup: async () => [] })
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc
          .tuple(fc.constantFrom('http', 'https'), fc.webAuthority({ withPort: true }), fc.string())
          .map(([scheme, authority, path]) => `${scheme}://${authority}/${encodeURIComponent(path)}`),
        fc.string().map((text) => `https://${text}`),
      ),
      async (url) => {
        await assert.rejects(guard.resolve(url), WebhookError)
      },
    ),
  )
})

const special = (octets: readonly number[]) => {
  const [a = 0, b = 0] = octets
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 198 && (b === 18 || b === 19))
  )
}

test('egressGuard() never approves an address inside the special IPv4 ranges, whatever the address', async () => {
  const octet = fc.integer({ min: 0, max: 255 })
  await fc.assert(
    fc.asyncProperty(fc.tuple(octet, octet, octet, octet), fc.boolean(), async (octets, isMapped) => {
      const address = octets.join('.')
      const outcome = await guard
        .resolve(`https://${isMapped ? `[::ffff:${address}]` : address}/`)
        .catch(() => undefined)
      if (special(octets)) assert.equal(outcome, undefined)
      if (outcome) assert.deepEqual(outcome, { address, family: 4 })
    }),
    { numRuns: 1_000 },
  )
})

test('egressGuard() connects where the operator says, for that name and port alone', async () => {
  const connectTo = { 'App.test:443': '127.0.0.1:8443', 'six.test:8443': '[::1]:9443' }
  const configured = egressGuard({
    allowPrivate: [],
    connectTo,
    lookup: names({ 'app.test': ['127.0.0.1'] }),
  })
  const place = { address: '127.0.0.1', family: 4, port: 8_443 }
  assert.deepEqual(await configured.resolve('https://app.test/a'), place)
  assert.deepEqual(await configured.resolve('wss://APP.test:443/b'), place)
  assert.deepEqual(await configured.resolve('https://six.test:8443/'), {
    address: '::1',
    family: 6,
    port: 9_443,
  })
  await assert.rejects(configured.resolve('https://app.test:444/'), code('EGRESS_ADDRESS_REFUSED'))
  await assert.rejects(configured.resolve('http://app.test:443/'), code('EGRESS_URL_REFUSED'))
  for (const to of ['localhost:1', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:70000', '::1:80'])
    assert.throws(
      () => egressGuard({ allowPrivate: [], connectTo: { 'a.test:443': to } }),
      code('WEBHOOK_ALLOW_LIST_INVALID'),
      to,
    )
})
