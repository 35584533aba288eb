import { readFileSync } from 'node:fs'
import { floodMedia, floodSip, type FloodCounts, type FloodTarget } from './strangers.ts'

/** A flood as a process of its own: `node flood-main.ts TARGET.json`; ends at SIGTERM and then says what it sent. */
const [path] = process.argv.slice(2)
if (path === undefined) {
  console.error('usage: node flood-main.ts TARGET.json')
  process.exit(2)
}
const target = JSON.parse(readFileSync(path, 'utf8')) as FloodTarget
const sent: FloodCounts = {
  connections: 0,
  handshakes: 0,
  refused: 0,
  invites: 0,
  garbageMb: 0,
  datagrams: 0,
}
floodSip(target, sent)
floodMedia(target, sent)
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ sent: { ...sent, garbageMb: Math.round(sent.garbageMb) } }))
  process.exit(0)
})
console.log(JSON.stringify({ flooding: true }))
