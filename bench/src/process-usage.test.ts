import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCpuSeconds, parseRssMb, readUsage } from './process-usage.ts'

test('parseCpuSeconds() adds user and system time, whatever the process is called', () => {
  const stat = '42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 250 150 7 8 20 0 11 0 99 1000 200\n'
  assert.equal(parseCpuSeconds(stat), 4)
})

test('parseRssMb() reads the resident size', () => {
  assert.equal(parseRssMb('Name:\tnode\nVmHWM:\t  9999 kB\nVmRSS:\t  2048 kB\n'), 2)
})

test('readUsage() agrees with what this process knows of itself', async () => {
  const { user, system } = process.cpuUsage()
  const usage = await readUsage(process.pid)
  assert.ok(Math.abs(usage.cpuSeconds - (user + system) / 1e6) < 0.1)
  assert.ok(usage.rssMb > 10)
})

test('readUsage() rejects for a process that is not there', async () => {
  await assert.rejects(readUsage(2 ** 30), { code: 'ENOENT' })
})
