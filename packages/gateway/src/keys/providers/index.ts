export { openKeyProviders, type KeyProvidersDeps } from './open-key-providers.ts'
