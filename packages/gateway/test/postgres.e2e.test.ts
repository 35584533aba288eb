import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startPostgres, withoutPostgres, type PostgresServer } from './support/postgres.ts'
import { startProgram } from './support/program.ts'

const stores = join(import.meta.dirname, '../src/db')
/** Those that take whatever database they are given. */
const suites = globSync('*.test.ts', { cwd: stores })
  .map((name) => join(stores, name))
  .filter((file) => readFileSync(file, 'utf8').includes(' testDatabase()'))

describe('a PostgreSQL server in place of the embedded database', { skip: withoutPostgres() }, () => {
  const stack = new AsyncDisposableStack()
  let server: PostgresServer

  before(async () => {
    server = stack.use(await startPostgres())
  })
  after(() => stack.disposeAsync())

  test('every test of the stores passes there too', { timeout: 180_000 }, async () => {
    assert.ok(suites.length >= 3)
    const databases = []
    for (const _ of suites) databases.push((await server.createDatabase()).settings)
    const tests = await startProgram({
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', '--test', '--test-isolation=none', ...suites],
      env: { VOXKEEP_TEST_DATABASES: JSON.stringify(databases), NODE_TEST_CONTEXT: '' },
    })
    stack.use(tests)
    const { code } = await tests.exited
    assert.equal(code, 0, tests.output())
    assert.match(tests.output(), /^. pass [1-9]/m)
    assert.match(tests.output(), /^. fail 0$/m)
  })
})
