export { startEchoApp, type EchoApp, type EchoOptions } from './echo-app.ts'
export type { EchoStats } from './echo-stats.ts'
export type { GapFigures } from './arrival-gaps.ts'
