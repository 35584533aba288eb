import { startMockModel } from './mock-model.ts'

const model = await startMockModel()
process.once('SIGTERM', () => process.exit())
process.once('SIGINT', () => process.exit())
// `env` is what the app is to be started with.
const env = { OPENAI_REALTIME_URL: model.url, OPENAI_API_KEY: 'not-a-real-key' }
console.log(JSON.stringify({ ready: true, env }))
