import { startMockServers } from './mock-servers.ts'

const { url } = await startMockServers()
process.once('SIGTERM', () => process.exit())
process.once('SIGINT', () => process.exit())
// `env` is what the app is to be started with.
console.log(JSON.stringify({ ready: true, env: { CASCADE_URL: url } }))
