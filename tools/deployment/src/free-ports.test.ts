import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { freePorts } from './index.ts'

test('freePorts() returns different ports that can be bound', async () => {
  const ports = await freePorts(3)
  assert.equal(new Set(ports).size, 3)
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  }
})
