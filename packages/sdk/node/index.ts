export { loadSettings, type AppSettings } from './load-settings.ts'
export { runApp } from './run-app.ts'
export { startApp, type AppOptions, type RunningApp } from './start-app.ts'
