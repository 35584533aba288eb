import { join } from 'node:path'

/** The project's root folder. */
export const root = join(import.meta.dirname, '../../..')
export const gatewayMain = join(root, 'packages/gateway/src/main.ts')
export const echoMain = join(root, 'examples/echo/src/main.ts')
export const benchMain = join(root, 'bench/src/main.ts')
export const fuzzMain = join(root, 'packages/gateway/fuzz/main.ts')
/** What every child Node process of ours is started with. */
export const nodeFlags = ['--disable-warning=ExperimentalWarning']
/** What apps import; `voxkeep new` copies it. */
export const sdkFolder = join(root, 'packages/sdk')
