import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, fakeClock, openLog, Secret } from '#kernel'
import { SecretError } from './error.ts'
import { openSecrets, type SecretBook } from './open-secrets.ts'

/** A book over values that a test changes; what is undefined cannot be read. */
async function bench(values: Record<string, string | undefined>) {
  const clock = fakeClock()
  const logged: string[] = []
  const asked: string[] = []
  const counted: string[] = []
  const read = (reference: string): Secret<string> => {
    asked.push(reference)
    const value = values[reference]
    if (value === undefined) throw new SecretError('SECRET_UNKNOWN', 'there is none')
    return new Secret(value)
  }
  const book = await openSecrets(Object.keys(values), {
    own: read,
    remote: () => async (reference) => read(reference),
    clock,
    log: openLog('debug', (line) => void logged.push(line)),
    count: (name) => void counted.push(name),
    refreshMs: 60_000,
    fileCheckMs: 1_000,
  })
  return { book, clock, logged, asked, counted, values }
}

const settled = () => new Promise(setImmediate)
const valueOf = (book: SecretBook, reference: string) => book.read(reference).reveal()

test('openSecrets() reads everything before it is open', async () => {
  const { book } = await bench({ 'file:/a': 'one', 'vault:kv/x#y': 'two' })
  assert.equal(valueOf(book, 'file:/a'), 'one')
  assert.equal(valueOf(book, 'vault:kv/x#y'), 'two')
})

test('openSecrets() rejects naming every reference that leads nowhere, and no value', async () => {
  await assert.rejects(
    bench({ 'env:GOOD': 'planted', 'env:BAD': undefined, 'vault:kv/x#y': '' }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.deepEqual(error.faults, ['env:BAD: there is none', 'vault:kv/x#y: is empty'])
      assert.ok(!error.message.includes('planted'))
      return true
    },
  )
})

test('openSecrets() looks at files often, at services seldom, and tells who changed', async () => {
  const { book, clock, values, asked } = await bench({ 'file:/a': 'one', 'vault:kv/x#y': 'two' })
  const changes: (readonly string[])[] = []
  book.onChange((references) => changes.push(references))
  Object.assign(values, { 'file:/a': 'one!', 'vault:kv/x#y': 'two!' })
  asked.length = 0
  clock.advance(1_000)
  await settled()
  assert.deepEqual(asked, ['file:/a'])
  assert.equal(valueOf(book, 'file:/a'), 'one!')
  assert.equal(valueOf(book, 'vault:kv/x#y'), 'two')
  clock.advance(59_000)
  await settled()
  assert.equal(valueOf(book, 'vault:kv/x#y'), 'two!')
  assert.deepEqual(changes, [['file:/a'], ['vault:kv/x#y']])
})

test('read() gives the same object until the value changes', async () => {
  const { book, clock, values } = await bench({ 'file:/a': 'one' })
  const first = book.read('file:/a')
  clock.advance(1_000)
  await settled()
  assert.equal(book.read('file:/a'), first)
  values['file:/a'] = 'other'
  clock.advance(1_000)
  await settled()
  assert.notEqual(book.read('file:/a'), first)
})

test('refresh() leaves what cannot be read as it was, says so, and shows no value', async () => {
  const { book, values, logged, counted } = await bench({
    'file:/a': 'planted one',
    'vault:kv/x#y': 'planted two',
  })
  Object.assign(values, { 'file:/a': undefined, 'vault:kv/x#y': 'planted three' })
  await book.refresh()
  assert.equal(valueOf(book, 'file:/a'), 'planted one')
  assert.equal(valueOf(book, 'vault:kv/x#y'), 'planted three')
  assert.match(logged.join(''), /file:\/a.*last value stays/)
  assert.deepEqual(counted, ['secret_reads_failed', 'secret_changes'])
  assert.doesNotMatch(logged.join(''), /planted/)
})

test('read() refuses a service that nobody asked at the start', async () => {
  const { book, values } = await bench({ 'env:A': 'x' })
  assert.throws(() => book.read('vault:kv/x#y'), ConfigError)
  values['file:/late'] = 'late'
  assert.equal(valueOf(book, 'file:/late'), 'late')
})

test('openSecrets() sets no timer any more once it is closed', async () => {
  const { book, clock } = await bench({ 'file:/a': 'one', 'vault:kv/x#y': 'two' })
  assert.equal(clock.timers, 2)
  await book[Symbol.asyncDispose]()
  assert.equal(clock.timers, 0)
})
